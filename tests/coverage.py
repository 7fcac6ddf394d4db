#!/usr/bin/env python3
"""Prints which rows of the regulation (shared/regulation/duties.csv) are covered by which tests, as Markdown.

A test covers the rows of an article if its name begins with the article: `duty_9_ç_…` in Rust, `duty 9/ç …` in the browser tests.
Only tests under tests/ count: they go through a real face on a real store.    coverage.py [--check docs/coverage.md]
"""
import csv, pathlib, re, sys

here = pathlib.Path(__file__).resolve().parent
duties = here.parent.parent / "shared" / "regulation" / "duties.csv"


def slug(article):
    """`9/ıı-1` as it stands in a test's name: `9_ıı_1`."""
    return re.sub(r"\W+", "_", article).strip("_")


def tests():
    """(name after `duty_`, shown name, file) of every duty test."""
    for file in sorted(here.rglob("*.rs")):
        for name in re.findall(r"fn duty_(\w+)", file.read_text("utf-8")):
            yield name, f"duty_{name}", file.relative_to(here)
    for file in sorted(here.glob("browser/*.test.mjs")):
        for name in re.findall(r"[\"'`]duty ([^\"'`]+)", file.read_text("utf-8")):
            yield slug(name), f"duty {name}", file.relative_to(here)


def table():
    rows = list(csv.DictReader(duties.open(encoding="utf-8")))
    articles = sorted({r["article"] for r in rows}, key=lambda a: -len(slug(a)))
    found = {}
    for name, shown, file in tests():
        article = next((a for a in articles if name.startswith(slug(a) + "_")), None)
        assert article, f"{file}: {shown} names no article of the regulation"
        found.setdefault(article, []).append(f"`{shown}` ({file})")
    covered = [r for r in rows if r["article"] in found]
    yield "# Coverage of the regulation\n"
    yield f"{len(covered)} of {len(rows)} rows have a test that goes through a real face on a real store. Made by `make coverage`; a row"
    yield "counts from its first such test on, which is not to say that all of its duty is done: the closing notes and the change log say what is.\n"
    yield "| article | system | duty | tests |\n|---|---|---|---|"
    for r in rows:
        if r["article"] in found:
            yield f"| {r['article']} | {r['system']} | {r['duty_tr']} | {'<br>'.join(found[r['article']])} |"
    yield "\n## Without a test yet\n"
    by_system = {}
    for r in rows:
        if r["article"] not in found:
            by_system.setdefault(r["system"], []).append(r["article"])
    for system, articles in sorted(by_system.items()):
        yield f"- {system}: {', '.join(articles)}"


text = "\n".join(table()) + "\n"
if sys.argv[1:2] == ["--check"]:
    kept = pathlib.Path(sys.argv[2]).read_text("utf-8")
    if kept != text:
        sys.exit(f"{sys.argv[2]} is out of date: run `make coverage`")
    print(text.splitlines()[2])
else:
    print(text, end="")
