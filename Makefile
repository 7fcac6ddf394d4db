# Everything a person needs: make run, make test, make bench, make lint. Each installs what it needs and is missing.
.PHONY: run test bench lint web tools-web tools-test coverage clean
CITY ?= data
DOORS ?= 6000
CARGO ?= cargo

run: web
	$(CARGO) build --release -p meydan
	target/release/meydan --store $(CITY)/city.gpkg demo --doors $(DOORS) --if-empty
	target/release/meydan --store $(CITY)/city.gpkg serve

# tests/run fetches the tools while cargo compiles.
test:
	tests/run

bench: web tools-test
	benches/run

lint: web
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	npm --prefix web run check

coverage:
	tests/coverage.py > docs/coverage.md

web: tools-web
	cd web && (test -d node_modules || npm ci --no-audit --no-fund) && npm run build

tools-web:
	@tests/need npm node -- nodejs npm

tools-test:
	@tests/need ogr2ogr sqlmap wapiti chromium-headless-shell psql openssl python3 pkg:postgresql-postgis pkg:slapd pkg:ldap-utils pkg:samba-ad-dc pkg:samba-ad-provision pkg:libfaketime pkg:dovecot-imapd pkg:libimage-exiftool-perl pkg:poppler-utils qpdf py:ensurepip -- sqlmap wapiti slapd ldap-utils samba-ad-dc samba-ad-provision libfaketime dovecot-imapd libimage-exiftool-perl poppler-utils qpdf gdal-bin chromium-headless-shell postgresql postgresql-postgis openssl python3 python3-venv

clean:
	rm -rf target web/dist web/node_modules tests/browser/node_modules tests/.venv
