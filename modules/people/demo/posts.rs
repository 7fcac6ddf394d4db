//! The posts.

/// One post.
pub(super) struct PostRow {
    /// A word of its own, by which holdings name it.
    pub(super) key: &'static str,
    pub(super) unit: &'static str,
    pub(super) role: &'static str,
    pub(super) title: &'static str,
    pub(super) title_en: &'static str,
    pub(super) seats: i64,
    pub(super) under: Option<&'static str>,
}

const fn post(
    key: &'static str,
    unit: &'static str,
    role: &'static str,
    (title, title_en): (&'static str, &'static str),
    seats: i64,
    under: Option<&'static str>,
) -> PostRow {
    PostRow { key, unit, role, title, title_en, seats, under }
}

const MANAGER: (&str, &str) = ("Şube Müdürü", "Branch Manager");
const CHIEF: (&str, &str) = ("Şef", "Chief");
const OFFICE: (&str, &str) = ("Büro Personeli", "Office Staff");
const TEAM: (&str, &str) = ("Saha Görevlisi", "Field Worker");
const REALISATION: (&str, &str) = ("Gerçekleştirme Görevlisi", "Realisation Officer");

/// Posts; one that others are under stands before them.
pub(super) const POSTS: &[PostRow] = &[
    post("mayor", "BB", "mayor", ("Belediye Başkanı", "Mayor"), 1, None),
    post("secretary", "BB", "secretary_general", ("Genel Sekreter", "Secretary General"), 1, Some("mayor")),
    post(
        "protection",
        "BB",
        "data_protection_officer",
        ("Kişisel Verileri Koruma Görevlisi", "Data Protection Officer"),
        1,
        Some("secretary"),
    ),
    post("inspector", "TKB", "auditor", ("Denetçi", "Auditor"), 2, Some("secretary")),
    post("personnel", "IKDB", "personnel_officer", ("Personel İşleri Görevlisi", "Personnel Officer"), 2, Some("secretary")),
    post("head", "BIDB", "department_head", ("Daire Başkanı", "Head of Department"), 1, Some("secretary")),
    post("spending", "BIDB", "spending_authority", ("Harcama Yetkilisi", "Spending Authority"), 1, None),
    post("discipline", "BIDB", "disciplinary_superior", ("Disiplin Amiri", "Disciplinary Superior"), 1, None),
    post("administrator", "BIDB", "administrator", ("Sistem Yöneticisi", "Administrator"), 3, Some("head")),
    post("manager-aks", "BIDB-AKS", "branch_manager", MANAGER, 1, Some("head")),
    post("manager-esd", "BIDB-ESD", "branch_manager", MANAGER, 1, Some("head")),
    post("manager-iks", "BIDB-IKS", "branch_manager", MANAGER, 1, Some("head")),
    post("manager-yaz", "BIDB-YAZ", "branch_manager", MANAGER, 1, Some("head")),
    post("realisation-aks", "BIDB-AKS", "realisation_officer", REALISATION, 1, None),
    post("realisation-esd", "BIDB-ESD", "realisation_officer", REALISATION, 1, None),
    post("realisation-iks", "BIDB-IKS", "realisation_officer", REALISATION, 1, None),
    post("realisation-yaz", "BIDB-YAZ", "realisation_officer", REALISATION, 1, None),
    post("old-gis", "BIDB-CBS-ESKI", "gis_expert", ("CBS Uzmanı", "GIS Expert"), 4, Some("head")),
    post("chief-cbs", "BIDB-AKS-CBS", "chief", CHIEF, 1, Some("manager-aks")),
    post("chief-num", "BIDB-AKS-NUM", "chief", CHIEF, 1, Some("manager-aks")),
    post("chief-ag", "BIDB-ESD-AG", "chief", CHIEF, 1, Some("manager-esd")),
    post("chief-td", "BIDB-ESD-TD", "chief", CHIEF, 1, Some("manager-esd")),
    post("chief-153", "BIDB-IKS-153", "chief", CHIEF, 1, Some("manager-iks")),
    post("chief-saha", "BIDB-IKS-SAHA", "chief", CHIEF, 1, Some("manager-iks")),
    post("chief-gel", "BIDB-YAZ-GEL", "chief", CHIEF, 1, Some("manager-yaz")),
    post("chief-vt", "BIDB-YAZ-VT", "chief", CHIEF, 1, Some("manager-yaz")),
    post("gis", "BIDB-AKS-CBS", "gis_expert", ("CBS Uzmanı", "GIS Expert"), 6, Some("chief-cbs")),
    post("address", "BIDB-AKS-NUM", "address_officer", ("Numarataj Görevlisi", "Numbering Officer"), 6, Some("chief-num")),
    post("network", "BIDB-ESD-AG", "staff", ("Ağ Uzmanı", "Network Engineer"), 4, Some("chief-ag")),
    post("support", "BIDB-ESD-TD", "staff", ("Teknik Destek Personeli", "Support Technician"), 6, Some("chief-td")),
    post("agent", "BIDB-IKS-153", "call_centre_agent", ("Çağrı Merkezi Görevlisi", "Call-Centre Agent"), 12, Some("chief-153")),
    post("team", "BIDB-IKS-SAHA", "field_team", TEAM, 12, Some("chief-saha")),
    post("developer", "BIDB-YAZ-GEL", "staff", ("Yazılım Uzmanı", "Software Engineer"), 8, Some("chief-gel")),
    post("database", "BIDB-YAZ-VT", "staff", ("Veritabanı Uzmanı", "Database Engineer"), 4, Some("chief-vt")),
    post(
        "information",
        "BIDB-IKS",
        "information_officer",
        ("Bilgi Edinme Yetkilisi", "Information Officer"),
        1,
        Some("manager-iks"),
    ),
    post("manager-ski", "SKI-AR", "branch_manager", MANAGER, 1, Some("secretary")),
    post("chief-ski", "SKI-AR", "chief", CHIEF, 1, Some("manager-ski")),
    post("staff-ski", "SKI-AR", "staff", OFFICE, 6, Some("chief-ski")),
    post("team-ski", "SKI-AR", "field_team", TEAM, 12, Some("chief-ski")),
    post("manager-fib", "FIB-YB", "branch_manager", MANAGER, 1, Some("secretary")),
    post("chief-fib", "FIB-YB", "chief", CHIEF, 1, Some("manager-fib")),
    post("staff-fib", "FIB-YB", "staff", OFFICE, 6, Some("chief-fib")),
    post("team-fib", "FIB-YB", "field_team", TEAM, 12, Some("chief-fib")),
    post("manager-udb", "UDB-TT", "branch_manager", MANAGER, 1, Some("secretary")),
    post("chief-udb", "UDB-TT", "chief", CHIEF, 1, Some("manager-udb")),
    post("staff-udb", "UDB-TT", "staff", OFFICE, 6, Some("chief-udb")),
    post("team-udb", "UDB-TT", "field_team", TEAM, 12, Some("chief-udb")),
    post("manager-pbb", "PBB-YA", "branch_manager", MANAGER, 1, Some("secretary")),
    post("chief-pbb", "PBB-YA", "chief", CHIEF, 1, Some("manager-pbb")),
    post("staff-pbb", "PBB-YA", "staff", OFFICE, 6, Some("chief-pbb")),
    post("team-pbb", "PBB-YA", "field_team", TEAM, 12, Some("chief-pbb")),
    post("manager-ckd", "CKD-TA", "branch_manager", MANAGER, 1, Some("secretary")),
    post("chief-ckd", "CKD-TA", "chief", CHIEF, 1, Some("manager-ckd")),
    post("staff-ckd", "CKD-TA", "staff", OFFICE, 6, Some("chief-ckd")),
    post("team-ckd", "CKD-TA", "field_team", TEAM, 12, Some("chief-ckd")),
    post("manager-zdb", "ZDB-DE", "branch_manager", MANAGER, 1, Some("secretary")),
    post("chief-zdb", "ZDB-DE", "chief", CHIEF, 1, Some("manager-zdb")),
    post("staff-zdb", "ZDB-DE", "staff", OFFICE, 6, Some("chief-zdb")),
    post("team-zdb", "ZDB-DE", "field_team", TEAM, 12, Some("chief-zdb")),
    post("district-1", "ILCE-01", "district_officer", ("Veri Sorumlusu", "Data Officer"), 2, None),
    post("district-2", "ILCE-02", "district_officer", ("Veri Sorumlusu", "Data Officer"), 2, None),
];
