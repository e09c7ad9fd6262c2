"""Which pages there are and where each is reached; a route that is named nowhere fails a test."""

# Of the demonstration, signed in. {draft} is of the commented design, {open} is read, {closed}
# was rehearsed; {arm} is of its bank.
OFFICE = {
    "studies": "/studies",
    "study-new": "/studies/new",
    "draft": "/studies/{draft}",
    "draft-design": "/studies/{draft}/design",
    "draft-cases": "/studies/{draft}/cases",
    "draft-preview": "/studies/{draft}/preview",
    "draft-access": "/studies/{draft}/access",
    "draft-progress": "/studies/{draft}/progress",
    "open": "/studies/{open}",
    "open-progress": "/studies/{open}/progress",
    "open-audit": "/studies/{open}/audit",
    "open-record": "/studies/{open}/record",
    "open-privacy": "/studies/{open}/privacy",
    "open-erase": "/studies/{open}/readers/R01/erase",
    "closed": "/studies/{closed}",
    "closed-progress": "/studies/{closed}/progress",
    "closed-exports": "/studies/{closed}/export",
    "report": "/studies/{closed}/report",
    "report-summary": "/studies/{closed}/report/summary",
    "report-films": "/studies/{closed}/report/films",
    "bank": "/bank",
    "bank-films": "/bank/films",
    "bank-film": "/bank/films/1",
    "bank-compare": "/bank/compare?arm={arm}&arm={other_arm}",
    "bank-import": "/bank/import",
    "arm": "/arms/{arm}",
    "accounts": "/accounts",
    "account": "/account",
    "not-there": "/studies/no-such-study",
}
# What the demonstration never comes to, over made-up studies: the page there, and its route.
MADE_UP = {
    "own-password": ("/own-password", "/account/own-password"),
    "accounts-made": ("/accounts-made", "/accounts"),
    "study-new-refused": ("/wrong", "/studies/new"),
    "study-new-every-kind": ("/odd", "/studies/{slug}/design"),
    "studies-none": ("/no-study", "/studies"),
    "studies-no-bank": ("/empty", "/studies"),
    "bank-empty": ("/bank-empty", "/bank"),
    "open-invited": ("/invited", "/studies/{slug}"),
    "draft-swapped": ("/draft/swapped", "/studies/{slug}/cases"),
    "record-broken": ("/broken/record", "/studies/{slug}/record"),
    "films-with-marks": ("/closed/films", "/studies/{slug}/report/films"),
    "import-arriving": ("/import/arriving", "/bank/import/{upload}"),
    "import-table": ("/import/table", "/bank/import/{upload}"),
    "import-images": ("/import/images", "/bank/import/{upload}"),
    "import-works": ("/import/works", "/bank/import/{upload}"),
    "import-done": ("/import/done", "/bank/import/{upload}"),
}
# Of readers: gone through by hand, or at the stand-in desk.
READERS = {
    "/r/{token}",
    "/sign-in",
    "/read",
    "/read/back",
    "/read/certificate",
    "/read/display",
    "/read/practice",
    "/read/privacy",
    "/read/withdraw",
}
# What answers with a file, a piece of a page, numbers for programs, or with another address.
NO_PAGES = (
    *("/", "/healthz", "/metrics", "/read/message", "/studies/preview/picture/{size}/{slot}"),
    *("/bank/import/{upload}/files", "/studies/{slug}/protocol.md"),
)
NO_PAGE_PARTS = ("/api/v1/", ".png", ".csv", ".html", ".pdf", ".zip", "{file}", "/image/", "/refer")
