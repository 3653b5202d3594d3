//! Which layout is it, and which column is what.

use super::*;
use crate::map::overlap::Population;

fn headers(line: &str) -> Vec<String> {
    line.split(',').map(str::to_owned).collect()
}

fn recognise(line: &str) -> Recognition {
    Mapping::recognise(&headers(line), &["Northwind".into(), "Globex".into()])
}

fn fields(mapping: &Mapping) -> Vec<Field> {
    mapping.columns.iter().map(|column| column.field).collect()
}

#[test]
fn crossbeam_with_partner_columns() {
    let header = "Record,Our Populations,Partner Populations,Account Owner Name,Billing Country,Industry,Opportunities Amount,Opportunities Count,Overlap Time,NORTHWIND: Company Name,NORTHWIND: Company Website,NORTHWIND: Account Owner Name";
    let Recognition::Preset("Crossbeam", mapping) = recognise(header) else {
        panic!("{:?}", recognise(header))
    };
    assert_eq!(mapping.partners(), ["Northwind"]);
    let (rows, bad) = read_text(&format!(
        "{header}\nAcme Corp,Open Opportunities,\"Customers; Enterprise\",Kim Lee,Sweden,(),120000,1,\"2026-03-04\",Acme Inc,https://www.acme.com/,Sam Hill\nGlobex,Enterprise,(),(),(),(),(),(),(),(),(),()\n"
    ));
    assert_eq!(bad, []);
    let acme = &rows[0];
    assert_eq!((acme.account.as_str(), acme.partner.as_deref()), ("Acme Corp", Some("Northwind")));
    assert_eq!(acme.domain.as_ref().map(|d| d.as_str()), Some("acme.com"));
    assert_eq!(acme.our_population, Some(Population::OpenOpportunity));
    assert_eq!(acme.their_population, Some(Population::Customer));
    assert_eq!(acme.owner.as_deref(), Some("Kim Lee"), "theirs is not taken for ours");
    assert_eq!(acme.amount.map(|m| (m.hundredths, m.currency)), Some((12_000_000, None)));
    let globex = &rows[1];
    assert_eq!(globex.partner.as_deref(), Some("Northwind"), "the only partner of the list");
    assert_eq!((&globex.owner, globex.amount, globex.our_population), (&None, None, None));
}

#[test]
fn one_row_about_two_partners_is_two_rows() {
    let (rows, bad) = read_text(
        "Record,Our Populations,Partner Populations,Northwind: Company Name,Northwind: Account Owner Name,Stranger: Company Name,Stranger: Account Owner Name\nAcme,Customers,Prospects,Acme,Sam,Acme SA,Bo\nGlobex,Customers,Prospects,(),(),Globex,()\n",
    );
    assert_eq!(bad, []);
    let seen: Vec<_> = rows.iter().map(|r| (r.line, r.partner.as_deref())).collect();
    assert_eq!(seen, [(2, Some("Northwind")), (2, Some("Stranger")), (3, Some("Stranger"))]);
}

#[test]
fn crossbeam_api_flattened() {
    let header = "partner_name,partner_id,populations.0.name,partner_populations,partner_owner.owner_name,record_name,record_website,partner_record_name";
    assert!(matches!(recognise(header), Recognition::Preset("Crossbeam API", _)), "{:?}", recognise(header));
    let (rows, _) = read_text(&format!(
        "{header}\nGlobex,7,Prospects,\"[{{\"\"id\"\":1,\"\"name\"\":\"\"Customers\"\"}}]\",Sam,Acme,acme.com,ACME\n"
    ));
    assert_eq!(rows[0].partner.as_deref(), Some("Globex"));
    assert_eq!(
        (rows[0].our_population, rows[0].their_population),
        (Some(Population::Prospect), Some(Population::Customer))
    );
    assert_eq!(rows[0].owner, None, "theirs is not taken for ours");
}

#[test]
fn partnertap() {
    let header = "account_name,account_type,account_owner_name,account_owner_email,crm_account_id,website,open_opp_count,open_pipeline_amount,partner_org_name,partner_account_name,partner_account_type,partner_account_owner_name,partner_first_match_date";
    assert!(matches!(recognise(header), Recognition::Preset("PartnerTap", _)));
    let (rows, bad) = read_text(&format!(
        "{header}\nAcme,Prospect,,kim@us.com,001,acme.com,2,50000.50,Northwind,Acme Co,Customer,Sam,1772582400\nHooli,Customer,Bo,,002,hooli.com,0,0,Northwind,Hooli,Prospect,Sam,1772582400000\n"
    ));
    assert_eq!(bad, []);
    assert_eq!(rows[0].our_population, Some(Population::OpenOpportunity), "it has open opportunities");
    assert_eq!(rows[0].owner.as_deref(), Some("kim@us.com"), "the e-mail stands in for the name");
    assert_eq!(rows[0].amount.unwrap().hundredths, 5_000_050);
    assert_eq!(rows[1].our_population, Some(Population::Customer));
}

#[test]
fn reveal_and_our_own() {
    assert!(matches!(
        recognise("Company Name,Account Status,Open deal,Account Owner"),
        Recognition::Preset("Reveal", _)
    ));
    let own = recognise("account,domain,partner,our_population,their_population,owner,amount,currency,stage");
    assert!(matches!(own, Recognition::Preset("Tandem", _)));
}

#[test]
fn names_outside_the_layouts_are_guessed() {
    let Recognition::Guess(mapping, uncertain) =
        recognise("Company,Web site,Partner AE,Sales Owner (EMEA),Est. ARR,Notes")
    else {
        panic!("a guess")
    };
    assert_eq!(
        fields(&mapping),
        [Field::Account, Field::Domain, Field::TheirOwner, Field::Owner, Field::Amount, Field::Ignore]
    );
    assert_eq!(uncertain, [3, 4, 5]);
    assert_eq!(recognise("foo,bar"), Recognition::Unknown);
}

#[test]
fn a_mapping_is_remembered_by_the_columns_names() {
    let one = headers("Account Name,Web-Site");
    assert_eq!(fingerprint(&one), fingerprint(&headers("account_name,web site")));
    assert_ne!(fingerprint(&one), fingerprint(&headers("Web-Site,Account Name")));
    assert_eq!(fingerprint(&one).len(), 16);
    let Recognition::Guess(mapping, _) = recognise("Account Name,Website,Northwind: Account Owner Name")
    else {
        panic!()
    };
    let json = serde_json::to_string(&mapping).unwrap();
    insta::assert_snapshot!(json, @r#"[{"field":"account"},{"field":"domain"},{"field":"their_owner","partner":"Northwind"}]"#);
    assert_eq!(serde_json::from_str::<Mapping>(&json).unwrap(), mapping);
}
