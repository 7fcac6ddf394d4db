//! The tree of categories.

/// One category; the one above it stands before it.
pub(super) struct CategoryRow {
    pub(super) code: &'static str,
    pub(super) parent: Option<&'static str>,
    pub(super) unit: &'static str,
    pub(super) title: (&'static str, &'static str),
    pub(super) hours: i64,
    pub(super) priority: &'static str,
    /// Public; anonymous allowed; place required; by owner of the road.
    pub(super) flags: [bool; 4],
    pub(super) assignment: &'static str,
    pub(super) keywords: &'static str,
}

/// All of them.
#[rustfmt::skip]
pub(super) const CATEGORIES: &[CategoryRow] = &[
    CategoryRow { code: "roads", parent: None, unit: "FIB-YB", title: ("Yol ve kaldırım", "Roads and pavements"), hours: 80, priority: "normal", flags: [true, true, true, true], assignment: "unit", keywords: "asfalt" },
    CategoryRow { code: "pothole", parent: Some("roads"), unit: "FIB-YB", title: ("Yolda çukur", "Pothole"), hours: 40, priority: "high", flags: [true, true, true, true], assignment: "least_loaded", keywords: "çukur, asfalt, yama" },
    CategoryRow { code: "pavement", parent: Some("roads"), unit: "FIB-YB", title: ("Bozuk kaldırım", "Broken pavement"), hours: 80, priority: "normal", flags: [true, true, true, true], assignment: "unit", keywords: "kaldırım, parke, bordür" },
    CategoryRow { code: "road_sign", parent: Some("roads"), unit: "UDB-TT", title: ("Trafik levhası", "Traffic sign"), hours: 40, priority: "normal", flags: [true, true, true, false], assignment: "unit", keywords: "levha, işaret" },
    CategoryRow { code: "snow", parent: Some("roads"), unit: "FIB-YB", title: ("Kar ve buz", "Snow and ice"), hours: 8, priority: "urgent", flags: [true, true, true, true], assignment: "unit", keywords: "tuzlama, kar" },
    CategoryRow { code: "water", parent: None, unit: "SKI-AR", title: ("Su ve kanal", "Water and sewers"), hours: 16, priority: "high", flags: [true, true, true, false], assignment: "unit", keywords: "su, kanal" },
    CategoryRow { code: "water_leak", parent: Some("water"), unit: "SKI-AR", title: ("Su kaçağı", "Water leak"), hours: 8, priority: "urgent", flags: [true, true, true, false], assignment: "round_robin", keywords: "patlak, kaçak, boru" },
    CategoryRow { code: "no_water", parent: Some("water"), unit: "SKI-AR", title: ("Su kesintisi", "No water"), hours: 8, priority: "urgent", flags: [true, true, true, false], assignment: "unit", keywords: "kesinti" },
    CategoryRow { code: "sewer", parent: Some("water"), unit: "SKI-AR", title: ("Tıkalı rögar, koku", "Blocked sewer, smell"), hours: 16, priority: "high", flags: [true, true, true, false], assignment: "unit", keywords: "rögar, mazgal, koku" },
    CategoryRow { code: "water_bill", parent: Some("water"), unit: "SKI-AR", title: ("Su faturası", "Water bill"), hours: 40, priority: "normal", flags: [false, false, false, false], assignment: "unit", keywords: "fatura, abonelik" },
    CategoryRow { code: "waste", parent: None, unit: "CKD-TA", title: ("Temizlik ve çöp", "Cleansing and waste"), hours: 16, priority: "normal", flags: [true, true, true, false], assignment: "unit", keywords: "çöp" },
    CategoryRow { code: "bin_full", parent: Some("waste"), unit: "CKD-TA", title: ("Dolu çöp konteyneri", "Full bin"), hours: 8, priority: "normal", flags: [true, true, true, false], assignment: "round_robin", keywords: "konteyner, çöp" },
    CategoryRow { code: "rubble", parent: Some("waste"), unit: "CKD-TA", title: ("Moloz ve hafriyat", "Rubble"), hours: 24, priority: "normal", flags: [true, true, true, false], assignment: "unit", keywords: "moloz, hafriyat" },
    CategoryRow { code: "pests", parent: Some("waste"), unit: "CKD-TA", title: ("Haşere ve sinek ilaçlama", "Pest control"), hours: 40, priority: "normal", flags: [true, true, true, false], assignment: "unit", keywords: "ilaçlama, sinek" },
    CategoryRow { code: "parks", parent: None, unit: "PBB-YA", title: ("Park ve yeşil alan", "Parks and green spaces"), hours: 80, priority: "normal", flags: [true, true, true, false], assignment: "unit", keywords: "park" },
    CategoryRow { code: "playground", parent: Some("parks"), unit: "PBB-YA", title: ("Kırık oyun aracı", "Broken playground equipment"), hours: 24, priority: "high", flags: [true, true, true, false], assignment: "unit", keywords: "salıncak, kaydırak" },
    CategoryRow { code: "tree", parent: Some("parks"), unit: "PBB-YA", title: ("Ağaç budama", "Pruning of trees"), hours: 80, priority: "normal", flags: [true, true, true, false], assignment: "unit", keywords: "ağaç, budama" },
    CategoryRow { code: "transport", parent: None, unit: "UDB-TT", title: ("Ulaşım", "Transport"), hours: 40, priority: "normal", flags: [true, true, false, false], assignment: "unit", keywords: "otobüs" },
    CategoryRow { code: "bus_late", parent: Some("transport"), unit: "UDB-TT", title: ("Otobüs seferi", "Bus service"), hours: 40, priority: "normal", flags: [true, true, false, false], assignment: "unit", keywords: "otobüs, sefer, hat" },
    CategoryRow { code: "traffic_light", parent: Some("transport"), unit: "UDB-TT", title: ("Trafik ışığı arızası", "Broken traffic light"), hours: 4, priority: "urgent", flags: [true, true, true, false], assignment: "unit", keywords: "sinyal, ışık" },
    CategoryRow { code: "stop", parent: Some("transport"), unit: "UDB-TT", title: ("Durak ve bekleme yeri", "Bus stop"), hours: 80, priority: "normal", flags: [true, true, true, false], assignment: "unit", keywords: "durak" },
    CategoryRow { code: "police", parent: None, unit: "ZDB-DE", title: ("Zabıta", "Municipal police"), hours: 24, priority: "normal", flags: [false, true, true, false], assignment: "unit", keywords: "zabıta" },
    CategoryRow { code: "street_seller", parent: Some("police"), unit: "ZDB-DE", title: ("Kaldırım işgali", "Obstructed pavement"), hours: 16, priority: "normal", flags: [true, true, true, false], assignment: "unit", keywords: "işgal, seyyar" },
    CategoryRow { code: "noise", parent: Some("police"), unit: "ZDB-DE", title: ("Gürültü", "Noise"), hours: 16, priority: "normal", flags: [false, false, true, false], assignment: "duty", keywords: "gürültü, müzik" },
    CategoryRow { code: "stray", parent: Some("police"), unit: "CKD-TA", title: ("Sahipsiz hayvan", "Stray animal"), hours: 16, priority: "normal", flags: [true, true, true, false], assignment: "unit", keywords: "köpek, kedi" },
    CategoryRow { code: "information", parent: None, unit: "BIDB-IKS", title: ("Bilgi ve belge", "Information and documents"), hours: 40, priority: "normal", flags: [false, false, false, false], assignment: "unit", keywords: "bilgi edinme, belge" },
];
