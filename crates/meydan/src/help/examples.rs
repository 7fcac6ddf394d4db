//! Examples at the end of each help text, in both languages, and what the exit codes mean.

/// Command, Turkish, English: lines of a comment and a command.
pub(super) const EXAMPLES: &[(&str, &str, &str)] = &[
    (
        "",
        "  meydan demo                                  # örnek bir kent üretir\n  meydan serve                                 # tarayıcıda açar\n  meydan import mahalle.gpkg --into neighbourhood --dry-run\n  meydan --store postgres://cbs@db/kent doctor # PostgreSQL'deki veri deposu\n  meydan --lang en import --help               # yardım, İngilizce",
        "  meydan demo                                  # make a sample city\n  meydan serve                                 # open it in the browser\n  meydan import mahalle.gpkg --into neighbourhood --dry-run\n  meydan --store postgres://gis@db/city doctor # a store in PostgreSQL\n  meydan --lang tr import --help               # help, in Turkish",
    ),
    (
        "serve",
        "  meydan serve                                 # http://127.0.0.1:8061/\n  meydan --store kent.gpkg serve --listen 127.0.0.1:0  # boş bir kapı seçer ve yazar",
        "  meydan serve                                 # http://127.0.0.1:8061/\n  meydan --store city.gpkg serve --listen 127.0.0.1:0  # takes a free port and prints it",
    ),
    (
        "backup",
        "  meydan backup /yedek/kent-2026-01-31.gpkg\n  meydan --store postgres://cbs@db/kent backup /yedek/kent.dump",
        "  meydan backup /backup/city-2026-01-31.gpkg\n  meydan --store postgres://gis@db/city backup /backup/city.dump",
    ),
    (
        "restore",
        "  meydan --store yeni.gpkg restore /yedek/kent-2026-01-31.gpkg",
        "  meydan --store new.gpkg restore /backup/city-2026-01-31.gpkg",
    ),
    (
        "demo",
        "  meydan demo                                  # 6.000 kapılık bir kent\n  meydan --store deneme.gpkg demo --doors 400000 --seed 7",
        "  meydan demo                                  # a city of 6,000 doors\n  meydan --store trial.gpkg demo --doors 400000 --seed 7",
    ),
    (
        "catalog",
        "  meydan catalog check                         # tanım dosyalarındaki hatalar\n  meydan catalog plan                          # ne değişecek?\n  meydan catalog apply --allow building.old_note",
        "  meydan catalog check                         # faults of the definition files\n  meydan catalog plan                          # what would change?\n  meydan catalog apply --allow building.old_note",
    ),
    ("catalog check", "  meydan catalog check tanimlar/", "  meydan catalog check definitions/"),
    (
        "catalog plan",
        "  meydan catalog plan\n  meydan --json catalog plan --allow fountain",
        "  meydan catalog plan\n  meydan --json catalog plan --allow fountain",
    ),
    (
        "catalog apply",
        "  meydan catalog apply\n  meydan catalog apply --allow fountain        # çeşme kütüğü, kayıtlarıyla silinir",
        "  meydan catalog apply\n  meydan catalog apply --allow fountain        # drops the fountains with their records",
    ),
    (
        "import",
        "  meydan import mahalle.gpkg --into neighbourhood --dry-run\n  meydan import sokak.csv --into street --map official_id=KIMLIKNO --map name=ADI --encoding windows-1254\n  meydan import parsel.zip --into parcel --crs EPSG:5257 --skip-errors --rejects hatali.geojson\n  meydan import mahalle.gpkg --into neighbourhood --delete-missing --reason \"2026 yılı teslimi\"",
        "  meydan import mahalle.gpkg --into neighbourhood --dry-run\n  meydan import sokak.csv --into street --map official_id=KIMLIKNO --map name=ADI --encoding windows-1254\n  meydan import parcel.zip --into parcel --crs EPSG:5257 --skip-errors --rejects bad.geojson\n  meydan import mahalle.gpkg --into neighbourhood --delete-missing --reason \"delivery of 2026\"",
    ),
    (
        "import osm",
        "  meydan import osm kent.osm.pbf --area 39.65,40.98,39.78,41.02 --dry-run\n  meydan import osm --print-mapping > esleme.toml\n  meydan import osm kent.osm.pbf --mapping esleme.toml --area sinir.geojson --skip-errors",
        "  meydan import osm city.osm.pbf --area 39.65,40.98,39.78,41.02 --dry-run\n  meydan import osm --print-mapping > mapping.toml\n  meydan import osm city.osm.pbf --mapping mapping.toml --area border.geojson --skip-errors",
    ),
    (
        "export",
        "  meydan export neighbourhood --out mahalle.gpkg\n  meydan export building --out yapi.csv --filter \"floors >= 5\" --code-titles --references name\n  meydan export parcel --out parsel.zip --crs EPSG:5257 --bbox 39.70,40.99,39.74,41.01",
        "  meydan export neighbourhood --out neighbourhood.gpkg\n  meydan export building --out building.csv --filter \"floors >= 5\" --code-titles --references name\n  meydan export parcel --out parcel.zip --crs EPSG:5257 --bbox 39.70,40.99,39.74,41.01",
    ),
    (
        "log",
        "  meydan log verify\n  meydan log head\n  meydan log proof --position 42 --out kanit.txt",
        "  meydan log verify\n  meydan log head\n  meydan log proof --position 42 --out proof.txt",
    ),
    (
        "log verify",
        "  meydan log verify\n  meydan log verify --key dogrulama-anahtari.txt",
        "  meydan log verify\n  meydan log verify --key verifier-key.txt",
    ),
    ("log head", "  meydan log head\n  meydan --json log head", "  meydan log head\n  meydan --json log head"),
    (
        "log proof",
        "  meydan log proof --position 42 --out kanit.txt\n  meydan log proof --consistency 1000",
        "  meydan log proof --position 42 --out proof.txt\n  meydan log proof --consistency 1000",
    ),
    ("log export", "  meydan log export --out denetim/", "  meydan log export --out audit/"),
    ("cases", "  meydan cases list --late\n  meydan cases fire", "  meydan cases list --late\n  meydan cases fire"),
    (
        "cases fire",
        "  meydan cases fire                            # aradan sonra yetişir\n  meydan --store deneme.gpkg cases fire --now 2026-12-31T09:00:00Z",
        "  meydan cases fire                            # catches up\n  meydan --store trial.gpkg cases fire --now 2026-12-31T09:00:00Z",
    ),
    (
        "cases list",
        "  meydan cases list --late\n  meydan --json cases list --late --limit 1000",
        "  meydan cases list --late\n  meydan --json cases list --late --limit 1000",
    ),
    ("reindex", "  meydan reindex", "  meydan reindex"),
    (
        "people",
        "  meydan people admin --login ayse --name \"Ayşe Yılmaz\"\n  meydan people enrol --login ayse\n  meydan people import-ldap --dry-run",
        "  meydan people admin --login ayse --name \"Ayşe Yılmaz\"\n  meydan people enrol --login ayse\n  meydan people import-ldap --dry-run",
    ),
    (
        "people admin",
        "  meydan people admin --login ayse --name \"Ayşe Yılmaz\"\n  meydan people admin --login ayse --again      # yeni bir giriş bağlantısı\n  meydan people admin --login ayse --again --remove-app  # telefonu da yitirdiyse",
        "  meydan people admin --login ayse --name \"Ayşe Yılmaz\"\n  meydan people admin --login ayse --again      # a new enrolment link\n  meydan people admin --login ayse --again --remove-app  # the phone is lost too",
    ),
    ("people enrol", "  meydan people enrol --login ayse", "  meydan people enrol --login ayse"),
    ("people disable", "  meydan people disable --login ayse", "  meydan people disable --login ayse"),
    ("people enable", "  meydan people enable --login ayse", "  meydan people enable --login ayse"),
    ("people list", "  meydan people list\n  meydan --json people list", "  meydan people list\n  meydan --json people list"),
    (
        "people explain",
        "  meydan people explain --login ayse --register building --action update\n  meydan people explain --login ayse --register person --action unmask --record 42 --reason \"Başvuru 2026/17\"",
        "  meydan people explain --login ayse --register building --action update\n  meydan people explain --login ayse --register person --action unmask --record 42 --reason \"Application 2026/17\"",
    ),
    (
        "token",
        "  meydan token new --login ayse --name \"QGIS\" --register building --action read\n  meydan token list --login ayse",
        "  meydan token new --login ayse --name \"QGIS\" --register building --action read\n  meydan token list --login ayse",
    ),
    (
        "token new",
        "  meydan token new --login ayse --name \"QGIS\" --register building --action read --days 30\n  meydan --json token new --login ayse --name \"gece aktarımı\" --post \"Sistem yöneticisi\"",
        "  meydan token new --login ayse --name \"QGIS\" --register building --action read --days 30\n  meydan --json token new --login ayse --name \"nightly\" --post \"Sistem yöneticisi\"",
    ),
    ("token list", "  meydan token list --login ayse", "  meydan token list --login ayse"),
    (
        "token revoke",
        "  meydan token revoke --login ayse 0190f3c2-7b1d-7e55-8f1e-0123456789ab",
        "  meydan token revoke --login ayse 0190f3c2-7b1d-7e55-8f1e-0123456789ab",
    ),
    (
        "people import-ldap",
        "  meydan people import-ldap --dry-run          # ne değişecek?\n  meydan people import-ldap --reason \"gece eşlemesi\"",
        "  meydan people import-ldap --dry-run          # what would change?\n  meydan people import-ldap --reason \"nightly\"",
    ),
    (
        "retention",
        "  meydan retention plan\n  meydan retention run --reason \"yıllık imha\"",
        "  meydan retention plan\n  meydan retention run --reason \"yearly destruction\"",
    ),
    (
        "retention plan",
        "  meydan retention plan                        # bugün süresi dolmuş olanlar\n  meydan --json retention plan --register person --on 2030-01-31",
        "  meydan retention plan                        # what is due today\n  meydan --json retention plan --register person --on 2030-01-31",
    ),
    (
        "retention run",
        "  meydan retention run --dry-run\n  meydan retention run --register person --reason \"2026 imhası\"",
        "  meydan retention run --dry-run\n  meydan retention run --register person --reason \"destruction of 2026\"",
    ),
    (
        "privacy",
        "  meydan privacy report --person ayse\n  meydan privacy erase --register person --record 0190f3c2-7b1d-7e55-8f1e-0123456789ab --fields phone --reason \"Başvuru 2026/17\"",
        "  meydan privacy report --person ayse\n  meydan privacy erase --register person --record 0190f3c2-7b1d-7e55-8f1e-0123456789ab --fields phone --reason \"Application 2026/17\"",
    ),
    (
        "privacy report",
        "  meydan privacy report --person ayse --reason \"Başvuru 2026/17\" > ayse.json\n  meydan privacy report --record person/0190f3c2-7b1d-7e55-8f1e-0123456789ab",
        "  meydan privacy report --person ayse --reason \"Application 2026/17\" > ayse.json\n  meydan privacy report --record person/0190f3c2-7b1d-7e55-8f1e-0123456789ab",
    ),
    (
        "privacy erase",
        "  meydan privacy erase --register person --record 0190f3c2-7b1d-7e55-8f1e-0123456789ab --fields phone,birth_date --reason \"Başvuru 2026/17\" --requested-by ayse\n  meydan privacy erase --register person --record 0190f3c2-7b1d-7e55-8f1e-0123456789ab --whole --decision --reason \"Kurul kararı 2026/412\"",
        "  meydan privacy erase --register person --record 0190f3c2-7b1d-7e55-8f1e-0123456789ab --fields phone,birth_date --reason \"Application 2026/17\" --requested-by ayse\n  meydan privacy erase --register person --record 0190f3c2-7b1d-7e55-8f1e-0123456789ab --whole --decision --reason \"Decision 2026/412\"",
    ),
    (
        "privacy reapply",
        "  meydan export destruction --out imha.csv     # her gün, yedeklerden ayrı bir yere\n  meydan privacy reapply imha.csv              # yedekten dönüşten sonra",
        "  meydan export destruction --out destructions.csv  # each day, to a place apart from the backups\n  meydan privacy reapply destructions.csv      # after a restore",
    ),
    ("privacy scrub", "  meydan privacy scrub", "  meydan privacy scrub"),
    (
        "doctor",
        "  meydan doctor\n  meydan --store postgres://cbs@db/kent --json doctor",
        "  meydan doctor\n  meydan --store postgres://gis@db/city --json doctor",
    ),
    (
        "completion",
        "  meydan completion bash > ~/.local/share/bash-completion/completions/meydan\n  meydan completion fish > ~/.config/fish/completions/meydan.fish",
        "  meydan completion bash > ~/.local/share/bash-completion/completions/meydan\n  meydan completion fish > ~/.config/fish/completions/meydan.fish",
    ),
];

/// Exit codes of every command, in both languages; a command that has more says so in its own text.
pub(super) const EXIT_CODES: (&str, &str) = (
    "Çıkış kodları: 0 tamam, 1 yapılamadı, 64 komut yanlış yazıldı.",
    "Exit codes: 0 done, 1 it could not be done, 64 the command was written wrongly.",
);
