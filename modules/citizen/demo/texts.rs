//! What the invented applicants write, and what they are answered.

/// Kind, category (none for petitions that name none), what they write.
pub(super) struct TextRow {
    pub(super) kind: &'static str,
    pub(super) category: Option<&'static str>,
    pub(super) text: &'static str,
}

const fn t(kind: &'static str, category: &'static str, text: &'static str) -> TextRow {
    TextRow { kind, category: Some(category), text }
}

/// Complaints, wishes, suggestions and thanks.
#[rustfmt::skip]
pub(super) const ORDINARY: &[TextRow] = &[
    t("complaint", "pothole", "Sokağın girişinde derin bir çukur oluştu, araçlar son anda fark ediyor. Dün bir motosikletli düştü."),
    t("complaint", "pothole", "Doğal gaz kazısından sonra asfalt çöktü, yağmurda su doluyor."),
    t("complaint", "pothole", "Okul önündeki çukur iki haftadır duruyor, servisler zor geçiyor."),
    t("complaint", "pavement", "Kaldırım taşları yerinden çıkmış, bebek arabasıyla geçilmiyor."),
    t("request", "pavement", "Kaldırımda rampa yok; tekerlekli sandalyeyle karşıya geçemiyoruz. Rampa yapılmasını istiyoruz."),
    t("complaint", "road_sign", "Kavşaktaki dur levhası devrilmiş, yerde yatıyor."),
    t("request", "road_sign", "Sokağımıza hız kesici ve yaya geçidi levhası konulmasını rica ediyoruz."),
    t("complaint", "snow", "Yokuş buz tuttu, tuzlama yapılmadı, araçlar kayıyor."),
    t("complaint", "water_leak", "Ana borudan su fışkırıyor, sabahtan beri cadde boyunca akıyor."),
    t("complaint", "water_leak", "Sayaç kutusunun yanından su sızıyor, binanın temeline gidiyor."),
    t("complaint", "no_water", "Üç gündür akşamları suyumuz kesiliyor, önceden haber verilmedi."),
    t("complaint", "no_water", "Üst katlara su çıkmıyor, basınç çok düşük."),
    t("complaint", "sewer", "Mazgal tıkalı, her yağmurda dükkânlara su giriyor."),
    t("complaint", "sewer", "Rögar kapağı kırık, geceleri çok tehlikeli; ayrıca ağır koku var."),
    t("complaint", "water_bill", "Bu ayki faturam geçen ayın üç katı geldi, sayacın kontrolünü istiyorum."),
    t("complaint", "bin_full", "Konteyner dört gündür boşaltılmadı, çöpler yola taştı."),
    t("request", "bin_full", "Sokağımızda konteyner yok, en yakını üç yüz metre ötede. Bir tane konulmasını istiyoruz."),
    t("complaint", "rubble", "Boş arsaya gece moloz dökülüyor, plakasını alamadık."),
    t("complaint", "pests", "Dere boyunda sivrisinek çok arttı, ilaçlama yapılmasını istiyoruz."),
    t("complaint", "playground", "Parktaki salıncağın zinciri kopmuş, çocuklar yaralanabilir."),
    t("complaint", "playground", "Kaydırağın kenarı kırılmış, keskin plastik çıkıyor."),
    t("request", "tree", "Ağacın dalları elektrik tellerine ve pencerelere değiyor, budanmasını istiyoruz."),
    t("complaint", "tree", "Fırtınada kırılan dal kaldırımın üzerinde duruyor."),
    t("complaint", "bus_late", "Sabah 07.40 seferi bu hafta üç kez gelmedi, işe geç kaldık."),
    t("suggestion", "bus_late", "Hastaneye giden hattın akşam seferleri bir saat daha uzatılırsa vardiyadan çıkanlar da yararlanır."),
    t("complaint", "traffic_light", "Kavşaktaki yaya ışığı hep kırmızıda kalıyor."),
    t("request", "stop", "Durakta kapalı bekleme yeri yok, yağmurda ıslanıyoruz."),
    t("complaint", "street_seller", "Kaldırım tezgâhlarla kapanmış, yayalar yola iniyor."),
    t("complaint", "noise", "İşyerinin havalandırması gece yarısından sonra da çalışıyor, uyuyamıyoruz."),
    t("complaint", "stray", "Okul yolunda yaralı bir köpek var, yardım gerekiyor."),
    t("thanks", "parks", "Mahallemize yapılan park çok güzel olmuş, emeği geçenlere teşekkür ederiz."),
    t("thanks", "water", "Gece yarısı gelip arızayı iki saatte giderdiler, teşekkürler."),
    t("suggestion", "parks", "Sahil yürüyüş yoluna içme suyu çeşmesi ve oturma yeri eklenmesini öneriyorum."),
    t("suggestion", "waste", "Haftada bir gün cam ve kâğıt için ayrı toplama yapılsa çok kişi katılır."),
];

/// Petitions (law 3071).
#[rustfmt::skip]
pub(super) const PETITIONS: &[TextRow] = &[
    t("petition", "roads", "Sokağımızın asfaltının yenilenmesi için yaptığımız başvuruların sonucunun tarafımıza yazılı olarak bildirilmesini arz ederim."),
    t("petition", "transport", "Mahallemize gelen otobüs hattının kaldırılma gerekçesinin açıklanmasını ve hattın yeniden konulmasını arz ederiz."),
    t("petition", "parks", "Apartmanımızın önündeki yeşil alanın bakımının üstlenilmesini arz ederim."),
    TextRow { kind: "petition", category: None, text: "Mülkiyetimdeki taşınmazın önündeki çalışmadan doğan zararın giderilmesi için gereğini arz ederim." },
];

/// Information requests (law 4982).
#[rustfmt::skip]
pub(super) const INFORMATION: &[TextRow] = &[
    t("information_request", "information", "Son üç yılda mahallemizde yapılan asfalt işlerinin metrajı ve bedeli hakkında bilgi verilmesini talep ederim."),
    t("information_request", "information", "Park yapımı ihalesinin sözleşmesinin onaylı bir örneğini talep ederim."),
    t("information_request", "information", "Geçen yıl kaç su arızası bildirildiğini ve ortalama onarım süresini öğrenmek istiyorum."),
    t("information_request", "information", "Toplu taşıma hatlarının yolcu sayılarının aylara göre dökümünü talep ederim."),
];

/// Outcome and answer.
#[rustfmt::skip]
pub(super) const ANSWERS: &[(&str, &str)] = &[
    ("solved", "Ekibimiz yerinde inceledi ve onarımı tamamladı. Bildirdiğiniz için teşekkür ederiz."),
    ("solved", "Bildirdiğiniz sorun aynı gün giderildi. Yeniden karşılaşırsanız bu numarayla bize yazabilirsiniz."),
    ("planned", "Yerinde inceledik. İş, gelecek ayın bakım programına alındı; tamamlandığında ayrıca bilgi vereceğiz."),
    ("informed", "Konuyu inceledik; sorduğunuz hususlarda ayrıntılı açıklama ekte sunulmuştur."),
    ("not_found", "Ekibimiz bildirilen yerde sorunu bulamadı. Yerini haritada yeniden işaretlerseniz tekrar bakarız."),
];

/// What the house notes for itself.
pub(super) const NOTES: &[&str] = &[
    "Ekip öğleden sonra yerinde bakacak.",
    "Malzeme ambardan istendi.",
    "Geçen ay da aynı yerden bildirim vardı, kalıcı onarım gerekiyor.",
    "Başvuranla telefonda görüşüldü, akşam evde.",
];

/// Invented applicants: first and last names are drawn apart.
pub(super) const FIRST: &[&str] = &[
    "Ayşe", "Mehmet", "Fadime", "Temel", "Zehra", "Hüseyin", "Gül", "Osman", "Nurcan", "Bülent", "Şerife", "Kenan", "İnci",
    "Yaşar",
];
/// Last names.
pub(super) const LAST: &[&str] = &[
    "Yalçınkaya",
    "Dağdelen",
    "Çamlı",
    "Kıyıcı",
    "Ekşioğlu",
    "Sürmen",
    "Hamsiköylü",
    "Yaylalı",
    "Değirmenci",
    "Ustaömer",
    "Kalaycı",
];
