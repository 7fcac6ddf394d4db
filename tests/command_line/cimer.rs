//! Lists of CİMER and Açık Kapı, with the numbers and days that they bear.

use crate::harness::City;

/// Two letters that came on a Monday, as a Turkish spreadsheet has them.
const LIST: &str = "basvuru_no;tur;gelis;ad;adres;metin\n\
    2024-0001;petition;2024-02-05T07:30:00Z;Deneme Kişi;Örnek Mah. 1;Durak istiyoruz.\n\
    2024-0002;information_request;2024-02-05T07:30:00Z;Deneme Kişi;Örnek Mah. 1;Bütçe nedir?\n";

#[test]
fn letters_taken_over_keep_their_number_and_day_and_their_clocks_run_from_there() {
    let city = City::embedded();
    let write = |name: &str, text: &str| std::fs::write(city.path(name), text).unwrap();
    write("unit.csv", "code;name;kind\nALO;Alo 153;branch\n");
    city.ok(&["import", "unit.csv", "--into", "unit", "--yes"]);
    write("post.csv", "title;role;birim;seats\nÇağrı görevlisi;call_centre_agent;ALO;3\n");
    city.ok(&["import", "post.csv", "--into", "post", "--lookup", "unit=birim:code", "--key", "none", "--yes"]);
    write("cimer.csv", LIST);
    // As docs/operation.md has it.
    let maps = ["external_id=basvuru_no", "received_at=gelis", "kind=tur", "channel:=cimer", "applicant_name=ad"];
    let more = ["applicant_address=adres", "description=metin"];
    let mapped: Vec<&str> = maps.iter().chain(&more).flat_map(|map| ["--map", map]).collect();
    let args = [&["import", "cimer.csv", "--into", "request", "--key", "external_id", "--yes"], &mapped[..]].concat();
    assert_eq!(city.json(&args)["inserted"], 2);
    let told = city.json(&["cases", "list", "--late"]);
    let days: Vec<&str> = told["cases"].as_array().unwrap().iter().map(|c| c["due_day"].as_str().unwrap()).collect();
    // Fifteen working days (law 4982, article 11), and thirty days (law 3071, article 7).
    assert_eq!((days.as_slice(), &told["count"]), (&["2024-02-26", "2024-03-06"][..], &2.into()));
    let again = city.json(&args);
    assert_eq!((&again["unchanged"], &again["inserted"]), (&2.into(), &0.into()), "{again}");
}
