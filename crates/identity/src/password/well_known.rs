//! Words that passwords are made of most often, in Turkey and elsewhere; folded for search (`ş` is `s`). A password that is
//! nothing but these, runs of keys and years is refused. Short common passwords need not stand here: they are too short anyway.

/// The list.
#[rustfmt::skip]
pub(super) const COMMON: &[&str] = &[
    // What people call a password.
    "sifre", "sifrem", "sifreli", "parola", "parolam", "password", "passwort", "passw", "passwd", "pass", "pwd", "gizli", "giris",
    "anahtar", "kullanici", "hesap", "hesabim", "admin", "administrator", "yonetici", "root", "user", "guest", "misafir", "test",
    "testing", "deneme", "ornek", "demo", "login", "welcome", "hosgeldin", "hosgeldiniz", "merhaba", "selam", "hello", "default",
    "changeme", "change", "degistir", "letmein", "secret", "access", "master", "system", "sistem", "server", "sunucu", "temp",
    "gecici", "yeni", "new", "internet", "windows", "computer", "bilgisayar", "telefon", "google", "facebook", "instagram",
    "twitter", "whatsapp", "microsoft", "samsung", "iphone", "android", "linux", "oracle", "cisco",
    // Keys beside each other, also on Turkish keyboards.
    "qwertyuiop", "qwertyuiopgu", "qwerty", "qwert", "qwer", "wertyuiop", "asdfghjkl", "asdfghjklsi", "asdfgh", "asdfg", "asdf",
    "zxcvbnm", "zxcvbnmoc", "zxcvbn", "zxcvb", "zxcv", "qazwsxedc", "qazwsx", "qaz", "wsx", "edc", "rfv", "tgb", "qweasdzxc",
    "qweasd", "qwe", "asd", "zxc", "fgg", "fggiod", "uiea", "poiuytrewq", "lkjhgfdsa", "mnbvcxz", "azerty", "qwertz", "yxcvbnm",
    "1qaz", "2wsx", "3edc", "1q2w3e4r5t", "1q2w3e4r", "1q2w3e", "q1w2e3r4", "q1w2e3", "a1b2c3", "zaq12wsx", "147258369", "159357",
    "789456123", "987654321", "147852369", "741852963", "123321", "112233", "102030", "010203", "123123", "121212", "696969",
    // Love, faith, family, exclamations.
    "iloveyou", "ilove", "love", "loveyou", "lovely", "askim", "askimsin", "asklarim", "asklar", "sevgilim", "sevgili", "seviyorum",
    "seni", "seniseviyorum", "senicokseviyorum", "cokseviyorum", "canim", "canimsin", "hayatim", "birtanem", "bitanem", "meleklerim",
    "melegim", "prenses", "princess", "kralice", "kral", "askimaskim", "allah", "allahim", "allahuekber", "bismillah",
    "bismillahirrahmanirrahim", "elhamdulillah", "insallah", "masallah", "muhammed", "muhammet", "islam", "kuran", "ramazan",
    "annem", "babam", "anne", "baba", "annemvebabam", "annebaba", "ailem", "aile", "kardesim", "kardes", "oglum", "kizim",
    "bebegim", "bebek", "dostum", "arkadas", "sunshine", "angel", "baby", "babygirl", "sweet", "honey", "forever", "family",
    "friends", "jesus", "christ", "freedom", "whatever", "trustno", "fuckyou", "fuck", "nothing", "money", "lucky", "happy",
    // Clubs and their years.
    "galatasaray", "fenerbahce", "besiktas", "trabzonspor", "cimbom", "kartal", "karakartal", "kanarya", "aslan", "fener",
    "bursaspor", "goztepe", "carsi", "ultraslan", "gencfb", "bjk", "1905", "1907", "1903", "1967", "football", "futbol", "soccer",
    "baseball", "basketball", "hockey", "barcelona", "realmadrid", "liverpool", "arsenal", "chelsea", "juventus", "ronaldo",
    "messi", "jordan", "alex", "icardi",
    // Country, provinces, state.
    "turkiye", "turkiyem", "turkey", "turk", "turkce", "cumhuriyet", "ataturk", "mustafakemal", "mustafa", "kemal", "vatan",
    "bayrak", "anadolu", "belediye", "buyuksehir", "baskanlik", "baskan", "daire", "mudurluk", "mudur", "memur", "personel",
    "devlet", "kurum", "istanbul", "ankara", "izmir", "bursa", "antalya", "adana", "konya", "trabzon", "samsun", "rize", "ordu",
    "giresun", "artvin", "gumushane", "bayburt", "erzurum", "erzincan", "sivas", "kayseri", "gaziantep", "sanliurfa", "diyarbakir",
    "mersin", "hatay", "kocaeli", "sakarya", "eskisehir", "denizli", "aydin", "mugla", "manisa", "balikesir", "canakkale",
    "tekirdag", "edirne", "kirklareli", "malatya", "elazig", "kahramanmaras", "maras", "adiyaman", "batman", "siirt", "sirnak",
    "hakkari", "agri", "igdir", "kars", "ardahan", "mardin", "bingol", "tunceli", "dersim", "amasya", "tokat", "corum", "sinop",
    "kastamonu", "zonguldak", "bartin", "karabuk", "bolu", "duzce", "yalova", "bilecik", "kutahya", "afyon", "usak", "isparta",
    "burdur", "karaman", "nevsehir", "nigde", "aksaray", "kirsehir", "kirikkale", "yozgat", "cankiri", "karadeniz", "meydan",
    // Names.
    "mehmet", "ahmet", "ali", "hasan", "huseyin", "ibrahim", "ismail", "yusuf", "murat", "omer", "osman", "emre", "burak", "can",
    "cem", "kaan", "berk", "mert", "furkan", "enes", "eren", "arda", "yigit", "kerem", "deniz", "onur", "serkan", "volkan", "hakan",
    "gokhan", "fatih", "fatma", "ayse", "emine", "hatice", "zeynep", "elif", "merve", "busra", "esra", "kubra", "ebru", "gamze",
    "sevgi", "ozlem", "derya", "melek", "melis", "selin", "ece", "nur", "nazli", "sultan", "gul", "yagmur", "damla", "beyza",
    "michael", "jessica", "ashley", "daniel", "thomas", "andrew", "joshua", "matthew", "charlie", "robert", "george", "michelle",
    "jennifer", "nicole", "amanda", "maggie", "hannah", "anthony", "william", "david", "maria", "andrea", "samantha",
    // Things, beasts, heroes.
    "monkey", "dragon", "shadow", "superman", "batman", "spiderman", "pokemon", "starwars", "naruto", "minecraft", "ninja",
    "mustang", "ferrari", "porsche", "mercedes", "bmw", "killer", "hunter", "tigger", "tiger", "eagle", "falcon", "ranger",
    "buster", "pepper", "ginger", "cookie", "chocolate", "cikolata", "banana", "orange", "cheese", "summer", "winter", "spring",
    "autumn", "flower", "cicek", "papatya", "kelebek", "butterfly", "yildiz", "gunes", "computer", "matrix", "phoenix", "diamond",
    "purple", "silver", "golden", "black", "white", "kurt", "bozkurt", "asena", "kedi", "kopek", "pamuk", "boncuk", "minnos",
    "hersey", "hicbirsey", "herkes", "kimse", "bilmiyorum", "unuttum", "unutma", "evet", "hayir", "tamam", "okul", "ogretmen",
    "ogrenci", "polis", "asker", "doktor", "avukat", "muhendis", "ocak", "subat", "mart", "nisan", "mayis", "haziran", "temmuz",
    "agustos", "eylul", "ekim", "kasim", "aralik", "pazartesi", "sali", "carsamba", "persembe", "cuma", "cumartesi", "pazar",
    "january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december", "monday",
    "sunday", "abc", "xyz", "1234", "4321", "1122", "6161", "0000", "3434", "0606", "3535", "1453", "1923", "1938", "1881", "1071",
    // Years that people were born in, and this one.
    "1960", "1961", "1962", "1963", "1964", "1965", "1966", "1968", "1969", "1970", "1971", "1972", "1973", "1974", "1975", "1976",
    "1977", "1978", "1979", "1980", "1981", "1982", "1983", "1984", "1985", "1986", "1987", "1988", "1989", "1990", "1991", "1992",
    "1993", "1994", "1995", "1996", "1997", "1998", "1999", "2000", "2001", "2002", "2003", "2004", "2005", "2006", "2007", "2008",
    "2009", "2010", "2011", "2012", "2013", "2014", "2015", "2016", "2017", "2018", "2019", "2020", "2021", "2022", "2023", "2024",
    "2025", "2026", "2027", "2028", "2029", "2030",
];

#[cfg(test)]
mod tests {
    use super::COMMON;
    use meydan_kernel::text::search_fold;

    #[test]
    fn the_words_are_folded_as_passwords_are() {
        for word in COMMON {
            assert_eq!(*word, search_fold(word).as_str());
            assert!(word.len() >= 3, "{word}");
        }
    }
}
