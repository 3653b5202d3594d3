//! Legal forms: what a name may carry in front, behind or in its midst without being another company's.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// The family of a legal form by its spelling (lower case, ASCII, without dots): `ltd` is `limited`.
fn legal_form(word: &str) -> Option<&'static str> {
    static TABLE: LazyLock<FxHashMap<&'static str, &'static str>> = LazyLock::new(|| {
        let family = |(family, spellings): &(&'static str, &'static str)| {
            let family = *family;
            spellings.split(',').map(move |spelling| (spelling, family))
        };
        FORMS.iter().flat_map(family).collect()
    });
    TABLE.get(word).copied()
}

/// Takes legal forms off the end, the article and the forms that stand first off the start. Never takes all.
pub fn take_off<W: AsRef<str>>(words: &mut Vec<W>) -> Option<&'static str> {
    let mut form = None;
    while words.len() > 1 && (words[0].as_ref() == "the" || is_leading(words[0].as_ref())) {
        words.remove(0);
    }
    // Two letters after the form name the state that registered it: `Rush Enterprises Inc TX`.
    if let [.., _, before, state] = words.as_slice()
        && state.as_ref().len() == 2
        && legal_form(state.as_ref()).is_none()
        && legal_form(before.as_ref()).is_some()
    {
        words.pop();
    }
    while words.len() > 1 {
        let last = words[words.len() - 1].as_ref();
        let two = words.len() > 2 && ends_two(last);
        let pair = two.then(|| format!("{} {last}", words[words.len() - 2].as_ref()));
        if let Some(two) = pair.as_deref().and_then(legal_form) {
            form = Some(two);
            words.truncate(words.len() - 2);
        } else if let Some(one) = legal_form(last) {
            form = Some(one);
            words.pop();
        } else if form.is_some() && is_between(last) {
            words.pop();
        } else {
            break;
        }
    }
    form
}

/// Forms that stand before the name: `PT Telkom`, `ООО Ромашка`.
fn is_leading(word: &str) -> bool {
    matches!(word, "pt" | "ooo" | "oao" | "pao" | "zao" | "fa")
}

/// Words that belong to a form only when a form follows: `GmbH & Co. KG`, `Sp. z o.o.`, `Private Limited`.
fn is_between(word: &str) -> bool {
    matches!(word, "and" | "z" | "de" | "private" | "s" | "sp" | "d" | "public")
}

/// Second words of legal forms of two.
fn ends_two(word: &str) -> bool {
    matches!(word, "limited" | "liability" | "partnership" | "anonyme" | "anonima" | "kaisha" | "gaisha")
}

/// Forms in scripts without spaces.
pub const IDEOGRAPHIC: [&str; 19] = [
    "株式会社",
    "有限会社",
    "合同会社",
    "股份有限公司",
    "有限责任公司",
    "有限公司",
    "주식회사",
    "(株)",
    "（株）",
    "公益財団法人",
    "一般財団法人",
    "公益社団法人",
    "一般社団法人",
    "独立行政法人",
    "国立研究開発法人",
    "学校法人",
    "医療法人",
    "社会福祉法人",
    "特定非営利活動法人",
];

/// The family of legal forms, and its spellings.
#[rustfmt::skip]
const FORMS: &[(&str, &str)] = &[
    ("limited", "ltd,limited,ltda,limitada,lda,limitee,ltee,pty,pte,\
        pvt,sdn,bhd,tbk,berhad"),
    ("plc", "plc,public limited"),
    ("inc", "inc,incorporated,incorporation"),
    ("corp", "corp,corporation,coporation"),
    ("company", "co,company,companies,cie,compagnie,cia"),
    ("llc", "llc,lllc"),
    ("lp", "llp,lllp,lp,pllc,limited partnership,limited liability"),
    ("other", "pc,ulc,cic,cio,chartered,nl,npc,fze,fzco,fzc,wll,saoc,saog"),
    ("gmbh", "gmbh,ggmbh,mbh,ug,gesmbh"),
    ("ag", "ag,aktiengesellschaft,kgaa"),
    ("kg", "kg,ohg,gbr,partg,partgmbb,ek"),
    ("ev", "ev,eg,ez"),
    ("se", "se,societas"),
    ("sa", "sa,sas,sasu,sarl,eurl,sci,snc,sca,scs,saic,saa,sac,sab,sapi,sau,sa sicav,societe anonyme,\
        sociedad anonima"),
    ("spa", "spa,srl,srls,sapa,scarl,scrl,sprl"),
    ("sl", "sl,slu,cv,rl,sc,eireli,epp"),
    ("bv", "bv,nv,vof,bvba,cvba"),
    ("ab", "ab,publ,aktiebolag"),
    ("oy", "oy,oyj,abp,ky,osakeyhtio"),
    ("as", "as,asa,ans,aps,ivs,amba,hf,ehf"),
    ("kft", "kft,zrt,nyrt,rt,bt"),
    ("sro", "sro,spol,oo,zoo,spzoo,doo,dd,ad,ead,eood,ood,sia,uab,ou"),
    ("kk", "kk,gk,yk,kabushikikaisha,kabushiki kaisha,kabushiki gaisha"),
    ("jsc", "jsc,pjsc,ojsc,cjsc,aoa"),
];
