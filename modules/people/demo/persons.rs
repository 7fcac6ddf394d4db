//! The persons, all invented, and which posts they hold.

/// One person with the posts that they hold.
pub(super) struct PersonRow {
    pub(super) first: &'static str,
    pub(super) last: &'static str,
    pub(super) login: &'static str,
    pub(super) status: &'static str,
    /// The post and the kind of holding; more than one for who has duties beside.
    pub(super) posts: &'static [(&'static str, &'static str)],
}

const fn person(
    first: &'static str,
    last: &'static str,
    login: &'static str,
    posts: &'static [(&'static str, &'static str)],
) -> PersonRow {
    PersonRow { first, last, login, status: "active", posts }
}

const fn gone(person: PersonRow, status: &'static str) -> PersonRow {
    PersonRow { status, ..person }
}

/// Who moved from the branch that closed to the office that took its work over.
pub(super) const MOVED: &str = "zeynep.uzun";
/// Who has left.
pub(super) const LEFT: &str = "kamil.aras";

/// Everybody.
pub(super) const PERSONS: &[PersonRow] = &[
    person("Orhan", "Denizer", "orhan.denizer", &[("mayor", "permanent")]),
    person("Nermin", "Akıncı", "nermin.akinci", &[("secretary", "permanent")]),
    person("Selma", "Toprak", "selma.toprak", &[("protection", "additional")]),
    person("Vedat", "Çelebi", "vedat.celebi", &[("inspector", "permanent")]),
    person("Gülsüm", "Yaman", "gulsum.yaman", &[("personnel", "permanent")]),
    person(
        "İbrahim",
        "Karadağ",
        "ibrahim.karadag",
        &[("head", "permanent"), ("spending", "additional"), ("discipline", "additional")],
    ),
    person("Deniz", "Sarıkaya", "deniz.sarikaya", &[("administrator", "permanent")]),
    person("Burak", "Ilgaz", "burak.ilgaz", &[("administrator", "additional"), ("developer", "permanent")]),
    person("Aylin", "Erdem", "aylin.erdem", &[("manager-aks", "permanent"), ("realisation-aks", "additional")]),
    person("Murat", "Güngör", "murat.gungor", &[("manager-esd", "permanent"), ("realisation-esd", "additional")]),
    person("Şule", "Özkaya", "sule.ozkaya", &[("manager-iks", "permanent"), ("realisation-iks", "additional")]),
    person("Tolga", "Bayraktar", "tolga.bayraktar", &[("manager-yaz", "acting"), ("realisation-yaz", "additional")]),
    person("Emre", "Yıldırım", "emre.yildirim", &[("chief-cbs", "permanent")]),
    person("Fatma", "İnce", "fatma.ince", &[("chief-num", "permanent")]),
    person("Hakan", "Soylu", "hakan.soylu", &[("chief-ag", "permanent")]),
    person("Nazan", "Kılıç", "nazan.kilic", &[("chief-td", "permanent")]),
    person("Canan", "Işık", "canan.isik", &[("chief-153", "permanent")]),
    person("Yusuf", "Demirtaş", "yusuf.demirtas", &[("chief-saha", "permanent")]),
    person("Pınar", "Aydoğan", "pinar.aydogan", &[("chief-gel", "permanent")]),
    person("Serkan", "Ateş", "serkan.ates", &[("chief-vt", "permanent")]),
    person("Zeynep", "Uzun", MOVED, &[("gis", "permanent")]),
    person("Oğuz", "Kaptan", "oguz.kaptan", &[("gis", "permanent")]),
    person("Elif", "Şimşek", "elif.simsek", &[("gis", "permanent")]),
    person("Ramazan", "Taşçı", "ramazan.tasci", &[("address", "permanent")]),
    person("Büşra", "Gündüz", "busra.gunduz", &[("address", "permanent")]),
    person("İsmail", "Koçak", "ismail.kocak", &[("address", "temporary")]),
    person("Kerem", "Altun", "kerem.altun", &[("network", "permanent")]),
    person("Sibel", "Uçar", "sibel.ucar", &[("network", "permanent")]),
    person("Halil", "Çakır", "halil.cakir", &[("support", "permanent")]),
    person("Derya", "Oral", "derya.oral", &[("support", "permanent")]),
    person("Ümit", "Sezer", "umit.sezer", &[("support", "permanent")]),
    person("Merve", "Tunç", "merve.tunc", &[("agent", "permanent")]),
    person("Ali Rıza", "Balcı", "aliriza.balci", &[("agent", "permanent")]),
    person("Gizem", "Ünal", "gizem.unal", &[("agent", "permanent")]),
    person("Hülya", "Şen", "hulya.sen", &[("agent", "permanent")]),
    person("Çağrı", "Kurt", "cagri.kurt", &[("team", "permanent")]),
    person("Mustafa", "Eren", "mustafa.eren", &[("team", "permanent")]),
    person("Sevgi", "Polat", "sevgi.polat", &[("team", "permanent")]),
    person("Onur", "Doğan", "onur.dogan", &[("developer", "permanent")]),
    person("Esra", "Yavuz", "esra.yavuz", &[("developer", "permanent")]),
    person("Cem", "Günay", "cem.gunay", &[("database", "permanent")]),
    person("Leyla", "Barış", "leyla.baris", &[("district-1", "permanent")]),
    person("Necati", "Öztürk", "necati.ozturk", &[("district-2", "permanent")]),
    person("Nihal", "Ersoy", "nihal.ersoy", &[("information", "permanent")]),
    person("Kadir", "Bozkurt", "kadir.bozkurt", &[("manager-fib", "permanent")]),
    person("Songül", "Tekin", "songul.tekin", &[("chief-fib", "permanent")]),
    person("Erhan", "Coşkun", "erhan.coskun", &[("staff-fib", "permanent")]),
    person("Yakup", "Aksoy", "yakup.aksoy", &[("team-fib", "permanent")]),
    person("Hasan", "Duman", "hasan.duman", &[("team-fib", "permanent")]),
    person("Levent", "Saygın", "levent.saygin", &[("manager-ski", "permanent")]),
    person("Aysel", "Korkut", "aysel.korkut", &[("chief-ski", "permanent")]),
    person("Metin", "Arslantaş", "metin.arslantas", &[("staff-ski", "permanent")]),
    person("Rıza", "Oymak", "riza.oymak", &[("team-ski", "permanent")]),
    person("Sinan", "Kaleli", "sinan.kaleli", &[("team-ski", "permanent")]),
    person("Filiz", "Gürsoy", "filiz.gursoy", &[("manager-udb", "permanent")]),
    person("Cengiz", "Alkan", "cengiz.alkan", &[("chief-udb", "permanent")]),
    person("Tülay", "Sönmez", "tulay.sonmez", &[("staff-udb", "permanent")]),
    person("Bekir", "Çınar", "bekir.cinar", &[("team-udb", "permanent")]),
    person("Nuray", "Başaran", "nuray.basaran", &[("manager-pbb", "permanent")]),
    person("Selçuk", "Tan", "selcuk.tan", &[("chief-pbb", "permanent")]),
    person("Emine", "Karaca", "emine.karaca", &[("staff-pbb", "permanent")]),
    person("Veysel", "Ormancı", "veysel.ormanci", &[("team-pbb", "permanent")]),
    person("Dursun", "Çiçek", "dursun.cicek", &[("team-pbb", "permanent")]),
    person("Haluk", "Erten", "haluk.erten", &[("manager-ckd", "permanent")]),
    person("Meral", "Uysal", "meral.uysal", &[("chief-ckd", "permanent")]),
    person("Kemal", "Yücel", "kemal.yucel", &[("staff-ckd", "permanent")]),
    person("Satılmış", "Keleş", "satilmis.keles", &[("team-ckd", "permanent")]),
    person("Gökhan", "Bilir", "gokhan.bilir", &[("team-ckd", "permanent")]),
    person("Erol", "Türkmen", "erol.turkmen", &[("manager-zdb", "permanent")]),
    person("Ayten", "Sever", "ayten.sever", &[("chief-zdb", "permanent")]),
    person("Fikret", "Özdal", "fikret.ozdal", &[("staff-zdb", "permanent")]),
    person("Alper", "Kunt", "alper.kunt", &[("team-zdb", "permanent")]),
    person("Zeki", "Pehlivan", "zeki.pehlivan", &[("team-zdb", "permanent")]),
    gone(person("Kâmil", "Aras", LEFT, &[]), "left"),
    gone(person("Ferhat", "Bulut", "ferhat.bulut", &[("support", "permanent")]), "disabled"),
];

/// Who stands in for whom.
pub(super) struct ProxyRow {
    pub(super) delegator: &'static str,
    pub(super) delegate: &'static str,
    pub(super) post: &'static str,
    /// First and last day, counted from today.
    pub(super) days: (i64, i64),
    pub(super) reason: &'static str,
    pub(super) approver: Option<&'static str>,
}

/// One that runs, one that is over, one to come, one that waits for approval.
pub(super) const PROXIES: &[ProxyRow] = &[
    ProxyRow {
        delegator: "aylin.erdem",
        delegate: "emre.yildirim",
        post: "manager-aks",
        days: (-3, 10),
        reason: "Yıllık izin",
        approver: Some("ibrahim.karadag"),
    },
    ProxyRow {
        delegator: "ibrahim.karadag",
        delegate: "tolga.bayraktar",
        post: "head",
        days: (-60, -47),
        reason: "Yurt dışı görev",
        approver: Some("nermin.akinci"),
    },
    ProxyRow {
        delegator: "fatma.ince",
        delegate: "ramazan.tasci",
        post: "chief-num",
        days: (20, 33),
        reason: "Yıllık izin",
        approver: Some("aylin.erdem"),
    },
    ProxyRow {
        delegator: "canan.isik",
        delegate: "merve.tunc",
        post: "chief-153",
        days: (14, 20),
        reason: "Hizmet içi eğitim",
        approver: None,
    },
];

/// Somebody of the sample organisation whom to log in as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Login {
    /// Login name.
    pub login: &'static str,
    /// The role of their post.
    pub role: &'static str,
    /// What there is to try with it.
    pub what: (&'static str, &'static str),
}

/// Persons meant for trying out, one for each kind of work. They have no password: `meydan` makes their first logins.
pub fn logins() -> Vec<Login> {
    let login = |login, role, tr, en| Login { login, role, what: (tr, en) };
    vec![
        login("deniz.sarikaya", "administrator", "Kişiler, görevler, hesaplar, yetkiler", "Persons, posts, logins, grants"),
        login(
            "ibrahim.karadag",
            "department_head",
            "Dairesinin görevlendirmeleri ve vekâletleri",
            "Holdings and proxies of the department",
        ),
        login("aylin.erdem", "branch_manager", "Bugün vekili var; şubesini görür", "Has a deputy today; sees the branch"),
        login("sule.ozkaya", "branch_manager", "Onay bekleyen bir vekâlet var", "A proxy waits for approval"),
        login("emre.yildirim", "chief", "Bugün şube müdürüne vekâlet ediyor", "Stands in for the branch manager today"),
        login(
            MOVED,
            "gis_expert",
            "Haritayı ve kütükleri düzenler; geçen yıl birim değiştirdi",
            "Edits the map and registers; changed unit last year",
        ),
        login("ramazan.tasci", "address_officer", "Sokak ve kapı numaralarını düzenler", "Edits streets and door numbers"),
        login(
            "leyla.baris",
            "district_officer",
            "Yalnızca kendi ilçesindeki kapıları düzenler",
            "Edits doors of their own district only",
        ),
        login(
            "merve.tunc",
            "call_centre_agent",
            "Alo 153: başvuru alır, yönlendirir",
            "Alo 153: takes requests and directs them",
        ),
        login(
            "gulsum.yaman",
            "personnel_officer",
            "Kişi kaydeder; kişisel veriyi gerekçeyle açar",
            "Records persons; sees personal data with a reason",
        ),
        login(
            "vedat.celebi",
            "auditor",
            "Her şeyi ve mühürlü defteri görür, değiştiremez",
            "Sees all and the sealed log, changes nothing",
        ),
        login("selma.toprak", "data_protection_officer", "Erişim kayıtları, imha", "Looks at personal data, destruction"),
        login(
            "kadir.bozkurt",
            "branch_manager",
            "Yol bakım şubesinin başvuruları, onaylar, gecikenler",
            "Requests of the road branch, approvals, what is late",
        ),
        login("songul.tekin", "chief", "Yol bakım şubesinde görevlendirir", "Assigns in the road branch"),
        login("yakup.aksoy", "field_team", "Yol bakım ekibi, sahada telefonla", "Road team, with a phone in the field"),
        login(
            "nihal.ersoy",
            "information_officer",
            "Bilgi edinme başvuruları: süre, ücret, ret, onay",
            "Information requests: terms, fees, refusals, approval",
        ),
    ]
}
