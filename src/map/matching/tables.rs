//! The words that say what kind of company a name speaks of, in many languages. Data only.

/// A legal form by its spelling (lower case, ASCII, without dots), as its family: `ltd` is `limited`.
pub(super) fn legal_form(word: &str) -> Option<&'static str> {
    Some(match word {
        "ltd" | "limited" | "ltda" | "limitada" | "lda" | "limitee" | "ltee" | "private limited" | "co ltd"
        | "company limited" => "limited",
        "plc" | "public limited" => "plc",
        "inc" | "incorporated" | "incorporation" => "inc",
        "corp" | "corporation" | "coporation" => "corp",
        "co" | "company" | "companies" | "cie" | "compagnie" | "cia" => "company",
        "llc" | "lllc" => "llc",
        "llp" | "lllp" | "lp" | "pllc" | "limited partnership" | "limited liability" => "lp",
        "pc" | "ulc" | "cic" | "cio" | "chartered" | "nl" | "npc" => "other",
        "pty" | "pte" | "pvt" | "sdn" | "bhd" | "tbk" | "berhad" => "limited",
        "gmbh" | "ggmbh" | "mbh" | "ug" | "gesmbh" => "gmbh",
        "ag" | "aktiengesellschaft" | "kgaa" => "ag",
        "kg" | "ohg" | "gbr" | "partg" | "partgmbb" | "ek" => "kg",
        "ev" | "eg" | "ez" => "ev",
        "se" | "societas" => "se",
        "sa" | "sas" | "sasu" | "sarl" | "eurl" | "sci" | "snc" | "sca" | "scs" | "saic" | "saa" | "sac" | "sab"
        | "sapi" | "sau" | "sa sicav" | "societe anonyme" | "sociedad anonima" => "sa",
        "spa" | "srl" | "srls" | "sapa" | "scarl" | "scrl" | "sprl" => "spa",
        "sl" | "slu" | "cv" | "rl" | "sc" | "eireli" | "epp" => "sl",
        "bv" | "nv" | "vof" | "bvba" | "cvba" => "bv",
        "ab" | "publ" | "aktiebolag" => "ab",
        "oy" | "oyj" | "abp" | "ky" | "osakeyhtio" => "oy",
        "as" | "asa" | "ans" | "aps" | "ivs" | "amba" | "hf" | "ehf" => "as",
        "kft" | "zrt" | "nyrt" | "rt" | "bt" => "kft",
        "sro" | "spol" | "oo" | "zoo" | "spzoo" | "doo" | "dd" | "ad" | "ead" | "eood" | "ood" | "sia" | "uab"
        | "ou" => "sro",
        "kk" | "gk" | "yk" | "kabushikikaisha" | "kabushiki kaisha" | "kabushiki gaisha" => "kk",
        "jsc" | "pjsc" | "ojsc" | "cjsc" | "aoa" => "jsc",
        "fze" | "fzco" | "fzc" | "wll" | "saoc" | "saog" => "other",
        _ => return None,
    })
}

/// Forms that stand before the name: `PT Telkom`, `ООО Ромашка`.
pub(super) const LEADING_FORMS: [&str; 6] = ["pt", "ooo", "oao", "pao", "zao", "fa"];

/// Words that belong to a form only when a form follows: `GmbH & Co. KG`, `Sp. z o.o.`, `Private Limited`.
pub(super) const BETWEEN_FORMS: [&str; 8] = ["and", "z", "de", "private", "s", "sp", "d", "public"];

/// Articles, prepositions and conjunctions: in a name they distinguish nobody.
pub(super) const SMALL_WORDS: [&str; 61] = [
    "com", "the", "and", "of", "for", "in", "at", "on", "to", "a", "an", "by", "de", "la", "le", "les", "l", "d", "du",
    "des", "et", "en", "au", "aux", "pour", "der", "die", "das", "dem", "den", "fur", "und", "im", "am", "an",
    "zu", "zur", "y", "el", "los", "las", "del", "e", "di", "da", "do", "dos", "das", "della", "delle", "dei",
    "degli", "dell", "van", "voor", "het", "och", "for", "och", "og", "i",
];

/// Kinds of company, institution and business in scripts without spaces, with what they mean; legal forms mean nothing.
pub(super) const IDEOGRAPHS: [(&str, &str); 74] = [
    ("株式会社", ""), ("有限会社", ""), ("合同会社", ""), ("股份有限公司", ""), ("有限责任公司", ""), ("有限公司", ""),
    ("주식회사", ""), ("(株)", ""), ("（株）", ""), ("公益財団法人", ""), ("一般財団法人", ""), ("公益社団法人", ""),
    ("一般社団法人", ""), ("独立行政法人", ""), ("国立研究開発法人", ""), ("国立大学法人", "national"), ("学校法人", ""),
    ("医療法人", ""), ("社会福祉法人", ""), ("特定非営利活動法人", ""), ("集团", "group"), ("グループ", "group"),
    ("財団", "foundation"), ("基金会", "foundation"), ("大学院", "graduate school"), ("短期大学", "junior college"),
    ("大学校", "university"), ("大学", "university"), ("大學", "university"), ("대학교", "university"),
    ("高等専門学校", "technology college"), ("高等专科学校", "college"), ("专科学校", "college"),
    ("职业技术学院", "vocational technology college"), ("学院", "college"), ("學院", "college"),
    ("高等学校", "high school"), ("中学", "high school"), ("学校", "school"), ("總醫院", "general hospital"),
    ("人民医院", "people hospital"), ("医院", "hospital"), ("醫院", "hospital"), ("病院", "hospital"),
    ("병원", "hospital"), ("医科", "medical"), ("医学", "medical"), ("医療センター", "medical center"),
    ("センター", "center"), ("中心", "center"), ("研究所", "research institute"), ("研究院", "research institute"),
    ("研究会", "research society"), ("연구원", "research institute"), ("연구소", "research institute"),
    ("協会", "association"), ("协会", "association"), ("學會", "society"), ("学会", "society"), ("연합회", "association"),
    ("図書館", "library"), ("博物館", "museum"), ("博物馆", "museum"), ("美術館", "museum art"), ("銀行", "bank"),
    ("银行", "bank"), ("保険", "insurance"), ("工業", "industry"), ("科技", "technology"), ("技术", "technology"),
    ("国立", "national"), ("国家", "national"), ("科学院", "academy science"), ("科学", "science"),
];

/// What a word stands for: an abbreviation written out, or a kind of company by its English name.
pub(super) fn meaning(word: &str) -> Option<&'static str> {
    Some(match word {
        // Abbreviations.
        "intl" | "int" | "internacional" | "internationale" | "internazionale" | "internacionais"
        | "internationaux" | "internasional" | "uluslararasi" | "internationales" | "internationaler"
        | "mezhdunarodnyi" => "international",
        "tech" | "technologie" | "tecnologia" | "tecnologica" | "tecnologico" | "teknologi" | "technologique"
        | "technologisch" | "technological" | "tecnologie" | "teknoloji" | "technologia" | "tehnologii" => "technology",
        "technical" | "technique" | "technische" | "technischen" | "technischer" | "tecnica" | "tecnico"
        | "politechnika" | "politecnico" | "politecnica" | "polytechnique" | "technicka" | "teknik" => "technical",
        "natl" | "nacional" | "nationale" | "nazionale" | "nasional" | "narodni" | "narodowy" | "natsionalnyi"
        | "nationales" | "nationaler" | "nacionalni" | "nationaal" | "ulusal" | "milli" => "national",
        "federale" | "bundes" | "federalnyi" | "bundesamt" => "federal",
        "univ" | "universitat" | "universite" | "universidad" | "universidade" | "universita" | "universiteit"
        | "universitet" | "universitesi" | "uniwersytet" | "univerzita" | "univerzitet" | "sveuciliste"
        | "universitatea" | "egyetem" | "yliopisto" | "ulikool" | "universitas" | "daigaku" | "unibertsitatea"
        | "universitaet" | "universitaria" | "universitario" | "universitaire" | "universitari" | "universiti"
        | "jamiat" | "univerzitetni" | "universitats" | "universitetet" | "universidades" | "uni" => "university",
        "inst" | "institut" | "instituto" | "istituto" | "instituut" | "institutet" | "instytut" | "institutul"
        | "enstitusu" | "intezet" | "ustav" | "instituta" => "institute",
        "hosp" | "hopital" | "hopitaux" | "krankenhaus" | "klinikum" | "hospitalier" | "ospedale" | "ospedaliera"
        | "ziekenhuis" | "sykehus" | "sjukhus" | "sjukhuset" | "szpital" | "nemocnice" | "hastanesi" | "bolnica"
        | "hospitalar" | "hospitalario" | "sairaala" | "korhaz" | "byoin" | "spital" => "hospital",
        "clinic" | "klinik" | "clinique" | "clinica" | "kliniken" | "poliklinika" => "clinic",
        "med" | "medizin" | "medizinische" | "medizinischen" | "medicine" | "medecine" | "medicina" | "medica"
        | "medico" | "medyczny" | "medicinski" | "medical" | "medicale" | "medisch" | "medicinskii" => "medical",
        "sci" | "scientific" | "wissenschaft" | "wissenschaften" | "ciencia" | "scienza" | "scienze" | "wetenschappen"
        | "scientifique" | "scientifica" | "cientifica" | "cientifico" | "nauk" | "bilim" | "nauchno" | "wissenschaftliche"
        | "vetenskap" | "tiede" => "science",
        "dept" | "departamento" | "departement" | "dipartimento" | "abteilung" => "department",
        "govt" | "gouvernement" | "gobierno" | "governo" | "regierung" => "government",
        "min" | "ministere" | "ministerio" | "ministerium" | "ministero" | "ministerstvo" | "bakanligi" => "ministry",
        "mfg" | "manufacture" | "manufacturer" | "fabrication" => "manufacturing",
        "mgmt" | "mgt" | "verwaltung" | "gestion" | "gestione" | "gestao" => "management",
        "assoc" | "assn" | "asociacion" | "associazione" | "associacao" | "verein" | "verband" | "vereniging"
        | "forening" | "yhdistys" | "dernegi" | "kyokai" | "associacio" | "foreningen" => "association",
        "soc" | "societe" | "gesellschaft" | "sociedad" | "societa" | "sociedade" | "societatea" | "gakkai"
        | "selskab" | "selskabet" | "seura" | "towarzystwo" | "genootschap" | "sallskapet" => "society",
        "fdn" | "fondation" | "stiftung" | "fundacion" | "fondazione" | "fundacao" | "stichting" | "stiftelsen"
        | "fundacja" | "saatio" | "vakfi" | "zaidan" | "fundacio" | "stiftelse" => "foundation",
        "center" | "ctr" | "centre" | "zentrum" | "centro" | "centrum" | "senter" | "keskus" | "merkezi" | "tsentr"
        | "senta" | "centar" | "kozpont" | "zentren" => "center",
        "research" | "recherche" | "forschung" | "investigacion" | "ricerca" | "ricerche" | "pesquisa" | "onderzoek"
        | "forskning" | "badan" | "badawczy" | "kenkyu" | "arastirma" | "investigacao" | "recerca" | "investigaciones"
        | "vyzkumny" | "kenkyusho" | "tutkimus" | "kutato" | "issledovatelskii" | "penelitian" => "research",
        "acad" | "academie" | "akademie" | "academia" | "accademia" | "akademi" | "akademia" | "akademiya"
        | "akademija" | "akademisi" => "academy",
        "coll" | "collegio" | "colegio" | "kolej" | "kollege" | "collegium" => "college",
        "sch" | "schule" | "ecole" | "escuela" | "scuola" | "escola" | "hogeschool" | "hochschule" | "skola"
        | "szkola" | "okulu" | "gakko" | "hogskolan" | "fachhochschule" | "hogskole" => "school",
        "lycee" | "gymnasium" | "liceo" | "liceum" => "gymnasium",
        "lab" | "labo" | "laboratoire" | "labor" | "laboratorio" | "laboratorium" | "laboratoriya" => "laboratory",
        "facul" | "faculte" | "facultad" | "fakultat" | "facolta" | "faculdade" | "fakultesi" | "fakultet" => "faculty",
        "library" | "bibliotheque" | "biblioteca" | "bibliothek" | "biblioteka" | "bibliotheek" | "toshokan"
        | "knihovna" | "kutuphanesi" => "library",
        "museo" | "musee" | "museu" | "muzeum" | "muzeul" | "hakubutsukan" | "museet" => "museum",
        "bank" | "banque" | "banco" | "banca" | "bancorp" | "bancshare" | "bankasi" | "banka" | "ginko" => "bank",
        "insurance" | "versicherung" | "versicherungen" | "assurance" | "seguro" | "assicurazioni" | "verzekeringen"
        | "forsikring" | "ins" | "hoken" | "sigorta" => "insurance",
        "bros" | "brother" | "gebruder" | "frere" | "hermano" | "fratelli" => "brother",
        "ind" | "inds" | "industrie" | "industria" | "industrial" | "industriel" | "industrielle" | "kogyo"
        | "przemysl" | "sanayi" | "industri" => "industry",
        "svc" | "svcs" | "serv" | "servicio" | "servizi" | "servico" | "dienst" | "dienste" | "hizmetleri" => "service",
        "sys" | "sistema" | "systeme" | "sistemas" | "sistemi" | "system" => "system",
        "comm" | "comms" | "communication" | "comunicacion" | "comunicazione" | "comunicacoes" | "kommunikation" => {
            "communication"
        }
        "telecom" | "telecomm" | "telecommunication" | "telecomunicazioni" | "telecomunicaciones" | "tele" => "telecom",
        "engr" | "eng" | "engineering" | "ingenierie" | "ingenieria" | "ingegneria" | "engenharia" | "muhendislik"
        | "ingenieur" | "ingenieure" => "engineering",
        "grp" | "groupe" | "gruppe" | "grupo" | "gruppo" | "groep" | "gruppen" | "grupa" | "group" => "group",
        "hldg" | "hldgs" | "holdco" | "holding" => "holding",
        "fin" | "finance" | "finanz" | "financiero" | "financiera" | "finanziaria" | "financeira" | "financial" => "financial",
        "svgs" | "sparkasse" | "saving" => "saving",
        "pharma" | "pharmaceutical" | "pharmaceutique" | "farmaceutica" | "pharm" | "farmacia" | "seiyaku"
        | "pharmacie" => "pharma",
        "elec" | "electric" | "elektro" | "electrique" | "electrica" | "elettrica" | "denki" | "electrical" => "electric",
        "electronic" | "elektronik" | "electronique" | "elettronica" | "electronica" => "electronic",
        "chem" | "chemie" | "chimie" | "quimica" | "chimica" | "kagaku" | "chemical" | "chemistry" => "chemical",
        "phys" | "physik" | "physique" | "fisica" | "physic" | "fizyki" => "physics",
        "mathematik" | "mathematique" | "matematica" | "matematicas" | "mathematic" => "mathematics",
        "biologie" | "biologia" | "biologi" | "biological" | "biologique" | "biologica" => "biology",
        "geologie" | "geologia" | "geological" | "geologique" | "geologico" => "geology",
        "agri" | "agricultural" | "agricole" | "agricola" | "agraria" | "agrario" | "landwirtschaft" | "agriculture"
        | "agricultura" | "nogyo" | "rolniczy" | "tarim" => "agriculture",
        "health" | "sante" | "salud" | "salute" | "saude" | "gesundheit" | "saglik" | "zdravlja" | "gezondheid" => "health",
        "edu" | "educacion" | "educacao" | "educazione" | "education" | "educational" | "bildung" | "erziehung"
        | "enseignement" | "formation" | "onderwijs" | "egitim" | "pendidikan" | "edukacji" | "istruzione" => "education",
        "applied" | "angewandte" | "appliquee" | "applique" | "aplicada" | "applicata" | "toegepaste" => "applied",
        "environment" | "environmental" | "umwelt" | "environnement" | "ambiente" | "ambiental" | "environnementale" => {
            "environment"
        }
        "energie" | "energia" | "energetic" | "energi" | "energetica" => "energy",
        "economic" | "economie" | "economia" | "wirtschaft" | "okonomi" | "economica" | "economique" | "ekonomi"
        | "economics" => "economy",
        "social" | "sociale" | "soziale" | "sociologie" | "sociais" | "sociales" | "sozial" | "sociali" => "social",
        "commerce" | "commercial" | "commerciale" | "comercio" | "handel" | "commercio" | "ticaret" => "commerce",
        "superior" | "superieure" | "superiore" | "higher" => "higher",
        "central" | "centrale" | "zentral" | "tsentralnyi" => "central",
        "state" | "estado" | "estatal" | "etat" | "staatlich" | "staatliche" | "gosudarstvennyi" | "statale" | "devlet"
        | "estadual" | "gosudarstvennaya" => "state",
        "royal" | "royale" | "real" | "koninklijk" | "koninklijke" | "kongelige" | "kungliga" | "konigliche" => "royal",
        "european" | "europe" | "europa" | "europeen" | "europeenne" | "europea" | "europeo" | "europaische" | "euro" => {
            "europe"
        }
        "american" | "america" | "americain" | "americana" | "amerika" => "america",
        "german" | "germany" | "deutsch" | "deutsche" | "deutschen" | "deutscher" | "deutschland" | "allemagne"
        | "alemania" => "germany",
        "french" | "france" | "francais" | "francaise" | "frankreich" | "francia" | "francesa" => "france",
        "italian" | "italy" | "italia" | "italiana" | "italiano" | "italie" | "italien" => "italy",
        "spanish" | "spain" | "espana" | "espanola" | "espanol" | "espagne" | "spanien" => "spain",
        "japanese" | "japan" | "nippon" | "nihon" => "japan",
        "portuguese" | "portugal" | "portuguesa" | "portugues" => "portugal",
        "brazilian" | "brazil" | "brasil" | "brasileira" | "brasileiro" => "brazil",
        "swiss" | "switzerland" | "suisse" | "schweiz" | "schweizerische" | "svizzera" => "switzerland",
        "great" | "britain" | "british" | "gb" => "britain",
        "org" | "organization" | "organisation" | "organizacion" | "organizzazione" => "organization",
        "dev" | "development" | "developpement" | "desarrollo" | "sviluppo" | "desenvolvimento" | "entwicklung" => {
            "development"
        }
        "labour" => "labor",
        "defence" => "defense",
        "programme" => "program",
        "theatre" => "theater",
        "fibre" => "fiber",
        "authority" | "autorite" | "autoridad" | "auth" => "authority",
        "saint" | "sankt" | "santo" | "sao" | "sint" | "st" | "ste" | "sainte" | "santa" => "saint",
        "mount" | "mt" => "mount",
        "dr" | "doctor" => "doctor",
        "prop" | "property" | "propriete" | "immobilien" => "property",
        "trans" | "transport" | "transportation" | "transporte" | "trasporti" => "transport",
        "dist" | "distr" | "distribution" | "distributor" | "distribucion" => "distribution",
        "acq" | "acquisition" => "acquisition",
        "inv" | "invest" | "investment" | "investissement" | "inversion" => "investment",
        "partner" | "partnership" => "partner",
        "prod" | "product" | "produit" | "producto" | "prodotti" | "produkte" => "product",
        "res" | "resource" | "recursos" | "ressource" => "resource",
        "con" | "construction" | "construccion" | "costruzioni" | "constr" | "bau" => "construction",
        "sol" | "soln" | "solution" => "solution",
        "soft" | "software" => "software",
        "usa" | "us" => "us",
        "co" | "company" | "compagnie" | "companhia" | "compania" | "compagnia" => "company",
        "1st" => "first",
        "2nd" => "second",
        "ii" => "2",
        "3rd" => "third",
        "iii" => "3",
        "4th" => "fourth",
        "iv" => "4",
        "5th" => "fifth",
        "6th" => "sixth",
        "vi" => "6",
        "7th" => "seventh",
        "vii" => "7",
        "8th" => "eighth",
        "viii" => "8",
        "9th" => "ninth",
        "ix" => "9",
        "10th" => "tenth",
        _ => return None,
    })
}
