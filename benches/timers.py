"""Timers: 100,000 cases whose deadlines are over in the same minute are looked at and told."""
import json, subprocess, time

CASES = 100_000
LIMIT_S = 60


def rows(path):
    """Petitions that came in the same minute, in a unit of the sample organisation and somebody's hands."""
    with open(path, "w", encoding="utf-8") as out:
        out.write("external_id,kind,description,applicant_name,applicant_address,received_at,birim,kimde\n")
        day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 20 * 86400))
        for n in range(CASES):
            out.write(f"T-{n},petition,Dilekçe {n},Deneme Kişi,Örnek Mah.,{day}T09:00:{n % 60:02}Z,FIB-YB,yakup.aksoy\n")


def measure(command, folder):
    """Makes the cases in a new city and fires; seconds, cases."""
    run = lambda *args: subprocess.run(command(*args), check=True, text=True, capture_output=True, cwd=folder).stdout
    run("demo", "--doors", "60")
    rows(folder / "timers.csv")
    run("import", "timers.csv", "--into", "request", "--lookup", "unit=birim:code", "--lookup", "assignee=kimde:login", "--yes", "--changeset-rows", "1000")
    # After the term of 30 days that began 20 days ago, and before what is told higher up.
    now = time.strftime("%Y-%m-%dT21:30:00Z", time.gmtime(time.time() + 12 * 86400))
    begun = time.time()
    told = json.loads(run("--json", "cases", "fire", "--now", now))
    seconds = time.time() - begun
    again = json.loads(run("--json", "cases", "fire", "--now", now))
    assert told["cases"] >= CASES and not told["failed"] and again["cases"] == 0, (told, again)
    return seconds, told["cases"]
