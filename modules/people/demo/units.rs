//! The units.

/// One unit: a level comes after the one above it.
pub(super) struct UnitRow {
    pub(super) code: &'static str,
    pub(super) parent: Option<&'static str>,
    pub(super) kind: &'static str,
    pub(super) name: &'static str,
    pub(super) name_en: &'static str,
}

const fn unit(
    code: &'static str,
    parent: Option<&'static str>,
    kind: &'static str,
    name: &'static str,
    name_en: &'static str,
) -> UnitRow {
    UnitRow { code, parent, kind, name, name_en }
}

/// The branch that the new regulation replaced; it closed at the end of June last year.
pub(super) const CLOSED: &str = "BIDB-CBS-ESKI";

/// Units above and below; a row's parent stands before it.
pub(super) const UNITS: &[UnitRow] = &[
    unit("BB", None, "municipality", "Büyükşehir Belediyesi", "Metropolitan Municipality"),
    unit("BIDB", Some("BB"), "department", "Bilgi İşlem Dairesi Başkanlığı", "Department of Information Technologies"),
    unit(
        "IKDB",
        Some("BB"),
        "department",
        "İnsan Kaynakları ve Eğitim Dairesi Başkanlığı",
        "Department of Human Resources and Training",
    ),
    unit("TKB", Some("BB"), "department", "Teftiş Kurulu Başkanlığı", "Board of Inspectors"),
    unit("BIDB-AKS", Some("BIDB"), "branch", "Akıllı Şehirler Şube Müdürlüğü", "Smart Cities Branch"),
    unit(
        "BIDB-ESD",
        Some("BIDB"),
        "branch",
        "Elektronik Sistemler ve Donanım Şube Müdürlüğü",
        "Electronic Systems and Hardware Branch",
    ),
    unit(
        "BIDB-IKS",
        Some("BIDB"),
        "branch",
        "İletişim ve Koordinasyon Şube Müdürlüğü",
        "Communication and Coordination Branch",
    ),
    unit("BIDB-YAZ", Some("BIDB"), "branch", "Yazılım Şube Müdürlüğü", "Software Branch"),
    unit(CLOSED, Some("BIDB"), "branch", "Coğrafi Bilgi Sistemleri Şube Müdürlüğü", "Geographic Information Systems Branch"),
    unit("BIDB-AKS-CBS", Some("BIDB-AKS"), "chiefs_office", "Coğrafi Bilgi Sistemleri Şefliği", "GIS Office"),
    unit("BIDB-AKS-NUM", Some("BIDB-AKS"), "chiefs_office", "Adres ve Numarataj Şefliği", "Address and Numbering Office"),
    unit("BIDB-ESD-AG", Some("BIDB-ESD"), "chiefs_office", "Ağ ve Sistem Şefliği", "Network and Systems Office"),
    unit("BIDB-ESD-TD", Some("BIDB-ESD"), "chiefs_office", "Teknik Destek Şefliği", "Technical Support Office"),
    unit("BIDB-IKS-153", Some("BIDB-IKS"), "chiefs_office", "Alo 153 Çağrı Merkezi Şefliği", "Alo 153 Call Centre Office"),
    unit("BIDB-IKS-SAHA", Some("BIDB-IKS"), "chiefs_office", "Tikom Saha Ekibi Şefliği", "Tikom Field Team Office"),
    unit("BIDB-YAZ-GEL", Some("BIDB-YAZ"), "chiefs_office", "Yazılım Geliştirme Şefliği", "Software Development Office"),
    unit("BIDB-YAZ-VT", Some("BIDB-YAZ"), "chiefs_office", "Veritabanı Şefliği", "Database Office"),
    unit("SKI", None, "affiliate", "Su ve Kanalizasyon İdaresi", "Water and Sewerage Administration"),
    unit(
        "DIS-NVI",
        None,
        "outside_body",
        "Nüfus ve Vatandaşlık İşleri Genel Müdürlüğü",
        "Directorate General of Population and Citizenship",
    ),
    unit(
        "DIS-TKGM",
        None,
        "outside_body",
        "Tapu ve Kadastro Genel Müdürlüğü",
        "General Directorate of Land Registry and Cadastre",
    ),
    unit(
        "DIS-AFAD",
        None,
        "outside_body",
        "İl Afet ve Acil Durum Müdürlüğü",
        "Provincial Directorate of Disasters and Emergencies",
    ),
    unit("SKI-AR", Some("SKI"), "branch", "Su ve Kanal Arıza Şube Müdürlüğü", "Water and Sewer Repairs Branch"),
    unit("FIB", Some("BB"), "department", "Fen İşleri Dairesi Başkanlığı", "Department of Public Works"),
    unit("FIB-YB", Some("FIB"), "branch", "Yol Bakım ve Onarım Şube Müdürlüğü", "Road Maintenance Branch"),
    unit("UDB", Some("BB"), "department", "Ulaşım Dairesi Başkanlığı", "Department of Transport"),
    unit("UDB-TT", Some("UDB"), "branch", "Toplu Taşıma ve Trafik Şube Müdürlüğü", "Public Transport and Traffic Branch"),
    unit("PBB", Some("BB"), "department", "Park ve Bahçeler Dairesi Başkanlığı", "Department of Parks and Gardens"),
    unit("PBB-YA", Some("PBB"), "branch", "Yeşil Alanlar Şube Müdürlüğü", "Green Spaces Branch"),
    unit("CKD", Some("BB"), "department", "Çevre Koruma ve Kontrol Dairesi Başkanlığı", "Department of Environment"),
    unit("CKD-TA", Some("CKD"), "branch", "Temizlik ve Atık Şube Müdürlüğü", "Cleansing and Waste Branch"),
    unit("ZDB", Some("BB"), "department", "Zabıta Dairesi Başkanlığı", "Department of Municipal Police"),
    unit("ZDB-DE", Some("ZDB"), "branch", "Zabıta Denetim Şube Müdürlüğü", "Municipal Inspection Branch"),
    unit("DIS-KGM", None, "outside_body", "Karayolları Bölge Müdürlüğü", "Regional Directorate of Highways"),
    unit("DIS-VAL", None, "outside_body", "Valilik", "Governor's Office"),
];

/// Invented names for district municipalities that the sample city has no area for.
pub(super) const MORE_DISTRICTS: &[&str] = &[
    "Yukarıyayla",
    "Akdere",
    "Sahilkent",
    "Ormanüstü",
    "Kayabaşı",
    "Düzköprü",
    "Pınarlı",
    "Çaykenar",
    "Hisaraltı",
    "Meşelik",
    "Balıklıova",
    "Güneyyayla",
    "Kızılağaç",
    "Söğütalan",
    "Armuttepe",
    "Denizgören",
    "Yaylaönü",
    "Kuşkayası",
];
