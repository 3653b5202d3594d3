//! The words that say what kind of company a name speaks of, in many languages. Data, and how it is looked up.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

type Table = FxHashMap<&'static str, &'static str>;

/// What a word stands for: an abbreviation written out, a kind of company by its English name; empty for articles,
/// prepositions and conjunctions, which distinguish nobody. `None`: for itself.
pub fn meaning(word: &str) -> Option<&'static str> {
    static TABLE: LazyLock<Table> = LazyLock::new(|| {
        let mut table = table(MEANINGS);
        table.extend(SMALL_WORDS.split(' ').map(|word| (word, "")));
        table
    });
    TABLE.get(word).copied()
}

fn table(rows: &[(&'static str, &'static str)]) -> Table {
    let row = |(meaning, spellings): &(&'static str, &'static str)| {
        let meaning = *meaning;
        spellings.split(' ').map(move |spelling| (spelling, meaning))
    };
    rows.iter().flat_map(row).collect()
}

/// What is no part of a name in any of the languages that names are written in most.
const SMALL_WORDS: &str = "com the and of for in at on to a an by de la le les l d du des et en au aux pour der die das dem den \
    fur und im am zu zur y el los las del e di da do dos della delle dei degli dell van voor het och og i";

/// Kinds of company, institution and business in scripts without spaces, with what they mean.
pub const IDEOGRAPHS: &[(&str, &str)] = &[
    ("国立大学法人", "national"),
    ("集团", "group"),
    ("グループ", "group"),
    ("財団", "foundation"),
    ("基金会", "foundation"),
    ("大学院", "graduate school"),
    ("短期大学", "junior college"),
    ("大学校", "university"),
    ("大学", "university"),
    ("大學", "university"),
    ("대학교", "university"),
    ("高等専門学校", "technology college"),
    ("高等专科学校", "college"),
    ("专科学校", "college"),
    ("职业技术学院", "vocational technology college"),
    ("学院", "college"),
    ("學院", "college"),
    ("高等学校", "high school"),
    ("中学", "high school"),
    ("学校", "school"),
    ("總醫院", "general hospital"),
    ("人民医院", "people hospital"),
    ("医院", "hospital"),
    ("醫院", "hospital"),
    ("病院", "hospital"),
    ("병원", "hospital"),
    ("医科", "medical"),
    ("医学", "medical"),
    ("医療センター", "medical center"),
    ("センター", "center"),
    ("中心", "center"),
    ("研究所", "research institute"),
    ("研究院", "research institute"),
    ("研究会", "research society"),
    ("연구원", "research institute"),
    ("연구소", "research institute"),
    ("協会", "association"),
    ("协会", "association"),
    ("學會", "society"),
    ("学会", "society"),
    ("연합회", "association"),
    ("図書館", "library"),
    ("博物館", "museum"),
    ("博物馆", "museum"),
    ("美術館", "museum art"),
    ("銀行", "bank"),
    ("银行", "bank"),
    ("保険", "insurance"),
    ("工業", "industry"),
    ("科技", "technology"),
    ("技术", "technology"),
    ("国立", "national"),
    ("国家", "national"),
    ("科学院", "academy science"),
    ("科学", "science"),
];

/// A word, and what else it is written as.
#[rustfmt::skip]
const MEANINGS: &[(&str, &str)] = &[
    ("international", "intl int internacional internationale internazionale internacionais internationaux \
        internasional uluslararasi internationales internationaler mezhdunarodnyi"),
    ("technology", "tech technologie tecnologia tecnologica tecnologico teknologi technologique technologisch \
        technological tecnologie teknoloji technologia tehnologii"),
    ("technical", "technique technische technischen technischer tecnica tecnico politechnika politecnico \
        politecnica polytechnique technicka teknik"),
    ("national", "natl nacional nationale nazionale nasional narodni narodowy natsionalnyi nationales \
        nationaler nacionalni nationaal ulusal milli"),
    ("federal", "federale bundes federalnyi bundesamt"),
    ("university", "univ universitat universite universidad universidade universita universiteit universitet \
        universitesi uniwersytet univerzita univerzitet sveuciliste universitatea egyetem \
        yliopisto ulikool universitas daigaku unibertsitatea universitaet universitaria \
        universitario universitaire universitari universiti jamiat univerzitetni universitats \
        universitetet universidades uni"),
    ("institute", "inst institut instituto istituto instituut institutet instytut institutul enstitusu \
        intezet ustav instituta"),
    ("hospital", "hosp hopital hopitaux krankenhaus klinikum hospitalier ospedale ospedaliera ziekenhuis \
        sykehus sjukhus sjukhuset szpital nemocnice hastanesi bolnica hospitalar hospitalario \
        sairaala korhaz byoin spital"),
    ("clinic", "klinik clinique clinica kliniken poliklinika"),
    ("medical", "med medizin medizinische medizinischen medicine medecine medicina medica medico medyczny \
        medicinski medicale medisch medicinskii"),
    ("science", "sci scientific wissenschaft wissenschaften ciencia scienza scienze wetenschappen \
        scientifique scientifica cientifica cientifico nauk bilim nauchno wissenschaftliche \
        vetenskap tiede"),
    ("department", "dept departamento departement dipartimento abteilung"),
    ("government", "govt gouvernement gobierno governo regierung"),
    ("ministry", "min ministere ministerio ministerium ministero ministerstvo bakanligi"),
    ("manufacturing", "mfg manufacture manufacturer fabrication"),
    ("management", "mgmt mgt verwaltung gestion gestione gestao"),
    ("association", "assoc assn asociacion associazione associacao verein verband vereniging forening yhdistys \
        dernegi kyokai associacio foreningen"),
    ("society", "soc societe gesellschaft sociedad societa sociedade societatea gakkai selskab selskabet \
        seura towarzystwo genootschap sallskapet"),
    ("foundation", "fdn fondation stiftung fundacion fondazione fundacao stichting stiftelsen fundacja saatio \
        vakfi zaidan fundacio stiftelse"),
    ("center", "ctr centre zentrum centro centrum senter keskus merkezi tsentr senta centar kozpont \
        zentren"),
    ("research", "recherche forschung investigacion ricerca ricerche pesquisa onderzoek forskning badan \
        badawczy kenkyu arastirma investigacao recerca investigaciones vyzkumny kenkyusho \
        tutkimus kutato issledovatelskii penelitian"),
    ("academy", "acad academie akademie academia accademia akademi akademia akademiya akademija akademisi"),
    ("college", "coll collegio colegio kolej kollege collegium"),
    ("school", "sch schule ecole escuela scuola escola hogeschool hochschule skola szkola okulu gakko \
        hogskolan fachhochschule hogskole"),
    ("gymnasium", "lycee liceo liceum"),
    ("laboratory", "labs lab labo laboratoire labor laboratorio laboratorium laboratoriya"),
    ("faculty", "facul faculte facultad fakultat facolta faculdade fakultesi fakultet"),
    ("library", "bibliotheque biblioteca bibliothek biblioteka bibliotheek toshokan knihovna kutuphanesi"),
    ("museum", "museo musee museu muzeum muzeul hakubutsukan museet"),
    ("bank", "banque banco banca bancorp bancshare bankasi banka ginko"),
    ("insurance", "versicherung versicherungen assurance seguro assicurazioni verzekeringen forsikring ins \
        hoken sigorta"),
    ("brother", "bros gebruder frere hermano fratelli"),
    ("industry", "ind inds industrie industria industrial industriel industrielle kogyo przemysl sanayi \
        industri"),
    ("service", "svc svcs serv servicio servizi servico dienst dienste hizmetleri"),
    ("system", "sys sistema systeme sistemas sistemi"),
    ("communication", "comm comms comunicacion comunicazione comunicacoes kommunikation"),
    ("telecom", "telecomm telecommunication telecomunicazioni telecomunicaciones tele"),
    ("engineering", "engr eng ingenierie ingenieria ingegneria engenharia muhendislik ingenieur ingenieure"),
    ("group", "grp groupe gruppe grupo gruppo groep gruppen grupa"),
    ("holding", "hldg hldgs holdco"),
    ("financial", "fin finance finanz financiero financiera finanziaria financeira"),
    ("saving", "svgs sparkasse"),
    ("pharma", "pharmaceutical pharmaceutique farmaceutica pharm farmacia seiyaku pharmacie"),
    ("electric", "elec elektro electrique electrica elettrica denki electrical"),
    ("electronic", "elektronik electronique elettronica electronica"),
    ("chemical", "chem chemie chimie quimica chimica kagaku chemistry"),
    ("physics", "phys physik physique fisica physic fizyki"),
    ("mathematics", "mathematik mathematique matematica matematicas mathematic"),
    ("biology", "biologie biologia biologi biological biologique biologica"),
    ("geology", "geologie geologia geological geologique geologico"),
    ("agriculture", "agri agricultural agricole agricola agraria agrario landwirtschaft agricultura nogyo \
        rolniczy tarim"),
    ("health", "sante salud salute saude gesundheit saglik zdravlja gezondheid"),
    ("education", "edu educacion educacao educazione educational bildung erziehung enseignement formation \
        onderwijs egitim pendidikan edukacji istruzione"),
    ("applied", "angewandte appliquee applique aplicada applicata toegepaste"),
    ("environment", "environmental umwelt environnement ambiente ambiental environnementale"),
    ("energy", "energie energia energetic energi energetica"),
    ("economy", "economic economie economia wirtschaft okonomi economica economique ekonomi economics"),
    ("social", "sociale soziale sociologie sociais sociales sozial sociali"),
    ("commerce", "commercial commerciale comercio handel commercio ticaret"),
    ("higher", "superior superieure superiore"),
    ("central", "centrale zentral tsentralnyi"),
    ("state", "estado estatal etat staatlich staatliche gosudarstvennyi statale devlet estadual \
        gosudarstvennaya"),
    ("royal", "royale real koninklijk koninklijke kongelige kungliga konigliche"),
    ("europe", "european europa europeen europeenne europea europeo europaische euro"),
    ("america", "american americain americana amerika"),
    ("germany", "german deutsch deutsche deutschen deutscher deutschland allemagne alemania"),
    ("france", "french francais francaise frankreich francia francesa"),
    ("italy", "italian italia italiana italiano italie italien"),
    ("spain", "spanish espana espanola espanol espagne spanien"),
    ("japan", "japanese nippon nihon"),
    ("portugal", "portuguese portuguesa portugues"),
    ("brazil", "brazilian brasil brasileira brasileiro"),
    ("switzerland", "swiss suisse schweiz schweizerische svizzera"),
    ("britain", "great british gb"),
    ("organization", "org organisation organizacion organizzazione"),
    ("development", "dev developpement desarrollo sviluppo desenvolvimento entwicklung"),
    ("labor", "labour"),
    ("defense", "defence"),
    ("program", "programme"),
    ("theater", "theatre"),
    ("fiber", "fibre"),
    ("authority", "autorite autoridad auth"),
    ("saint", "sankt santo sao sint st ste sainte santa"),
    ("mount", "mt"),
    ("doctor", "dr"),
    ("property", "prop propriete immobilien"),
    ("transport", "trans transportation transporte trasporti"),
    ("distribution", "dist distr distributor distribucion"),
    ("acquisition", "acq"),
    ("investment", "inv invest investissement inversion"),
    ("partner", "partnership"),
    ("product", "prod produit producto prodotti produkte"),
    ("resource", "res recursos ressource"),
    ("construction", "con construccion costruzioni constr bau"),
    ("solution", "sol soln"),
    ("software", "soft"),
    ("us", "usa"),
    ("company", "co compagnie companhia compania compagnia"),
    ("first", "1st"),
    ("second", "2nd"),
    ("2", "ii"),
    ("third", "3rd"),
    ("3", "iii"),
    ("fourth", "4th"),
    ("4", "iv"),
    ("fifth", "5th"),
    ("sixth", "6th"),
    ("6", "vi"),
    ("seventh", "7th"),
    ("7", "vii"),
    ("eighth", "8th"),
    ("8", "viii"),
    ("ninth", "9th"),
    ("9", "ix"),
    ("tenth", "10th"),
];
