"""salonpool: small salons share one booking front and one pool of stylists.

Rooms are layers; the same noun (bookings, offers, shifts ...) names a file in each room it has business in,
so the folder tells the layer and the file name the subject.

app.py        create_app(config): assembles everything, decides nothing
database.py   db, transaction(), wake(), UtcDateTime; imports no room
clock.py      now(): system time, plus the demo's offset when DEMO=1
uptime.py     since_boot(): the time nobody can set
logs.py       what a log may hold: ids and kinds, no number, name or text
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
Four trails through the rooms, each from the door inwards; a rule's test is tests/domain/test_<name>.py, a use
case's tests/usecases/test_<name>.py, a page's in tests/web/.

accept an offer   web/stylist/offers.py and templates/stylist/offer.html, or usecases/texts/inbound.py;
                  usecases/pool/offers.py takes the seat by usecases/pool/seats.py; rule: domain/offer.py
book a visit      web/guest/book.py or web/api/bookings.py; usecases/booking/bookings.py, every place is
                  given by usecases/booking/commit.py; rules: domain/availability.py, domain/booking.py
post a shift      web/desk/shifts.py or web/api/shifts.py; usecases/pool/shifts.py asks for a plan, the clock
                  makes it: usecases/planning/planning.py; rule: domain/shift.py
send a text       usecases/texts/messages.py adds a row with what it tells of, jobs/lanes.py ticks,
                  usecases/texts/outbox.py sends what is due through messaging/gateway.py; rule:
                  domain/message.py
"""
