"""salonpool: small salons share one booking front and one pool of stylists.

Rooms are layers; the same noun (bookings, offers, shifts ...) names a file in each room it has business in,
so the folder tells the layer and the file name the subject.

app.py        create_app(config): assembles everything, decides nothing
database.py   db, transaction(), wake(), UtcDateTime; imports no room
clock.py      now(): system time, plus the demo's offset when DEMO=1
cli.py        the commands; each calls one use case
domain/       RULES of the trade: values in, values out; standard library and phonenumbers only
solver/       THE PUZZLE: Problem in, Roster out; eligibility; an independent referee; ortools only
models/       MEMORY: tables, constraints, relationships; no rules, no commits
queries/      ASKING: reads for a page, as small frozen rows; access.py holds the doors
usecases/     DOING: one public function = one thing somebody, or the clock, asks for; owns the transaction
messaging/    TELLING: gateways, the table of texts, the reply parser, receipts
web/          THE DOOR: parse, call one use case or query, render
jobs/         THE CLOCK: what runs when; tasks are plain functions
demo/         the living example network

A write goes door -> use case -> domain/solver + models: two hops. A read goes door -> query -> models.
To follow one subject through the rooms, say "accept an offer": the rule is domain/offer.py, the use case
usecases/offers.py, the page web/stylist/offers.py and templates/stylist/offer.html, the tests
tests/domain/test_offer.py, tests/usecases/test_offers.py and tests/web/test_offers.py.
"""
