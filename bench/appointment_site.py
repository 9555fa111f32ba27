"""The peer of bench.pages: django-appointment as a site of its own, one salon's bookings in it.

Runs in a virtual environment of its own (bench/peer.py): fill() fills the database named by PEER_DATABASE,
`bench.appointment_site:application` serves it. Logging and mail are off, which flatters it.
"""

import json
import logging
import os
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.i18n import JavaScriptCatalog

SITE = "django.contrib"
settings.configure(
    SECRET_KEY="a key for this bench only, long enough for everybody",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    TIME_ZONE="Asia/Taipei",
    STATIC_URL="/static/",
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
    # It ships no migrations that could be used as they are: its tables are made from its models.
    MIGRATION_MODULES={"appointment": None},
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["PEER_DATABASE"],
            "CONN_MAX_AGE": None,
            "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL", "transaction_mode": "IMMEDIATE"},
        }
    },
    INSTALLED_APPS=[
        *(f"{SITE}.{name}" for name in ("contenttypes", "auth", "sessions", "messages", "staticfiles")),
        "phonenumber_field",
        "appointment",
    ],
    MIDDLEWARE=[
        f"{SITE}.sessions.middleware.SessionMiddleware",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        f"{SITE}.auth.middleware.AuthenticationMiddleware",
        f"{SITE}.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    f"{SITE}.auth.context_processors.auth",
                    f"{SITE}.messages.context_processors.messages",
                ]
            },
        }
    ],
)
django.setup()
logging.disable(logging.CRITICAL)

urlpatterns = [
    path("healthz", lambda request: _hello(request)),
    path("jsi18n/", JavaScriptCatalog.as_view(), name="javascript-catalog"),
    path("", include("appointment.urls")),
]
application = get_wsgi_application()


def _hello(_: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


def fill(file: str) -> None:
    """Make the tables; write the salon of a JSON file: services, staff with their hours, appointments."""
    salon: dict[str, Any] = json.loads(Path(file).read_text(encoding="utf-8"))
    from django.contrib.auth.models import User  # noqa: I001 - no package of this environment

    from appointment.models import (
        Appointment,
        AppointmentRequest,
        Config,
        Service,
        StaffMember,
        WorkingHours,
    )

    call_command("migrate", run_syncdb=True, verbosity=0)
    opens, closes = time.fromisoformat(salon["opens"]), time.fromisoformat(salon["closes"])
    Config.objects.create(slot_duration=15, lead_time=opens, finish_time=closes, website_name="salon")
    services = [
        Service.objects.create(
            name=f"cut {n}", duration=timedelta(minutes=minutes), price=800, currency="TWD"
        )
        for n, minutes in enumerate(salon["services"])
    ]
    staff = []
    for number in range(salon["staff"]):
        member = StaffMember.objects.create(
            user=User.objects.create(username=f"s{number}", first_name=f"Stylist {number}"),
            work_on_saturday=True,
            work_on_sunday=True,
        )
        member.services_offered.set(services)
        for day in range(7):
            hours = {"start_time": opens, "end_time": closes}
            WorkingHours.objects.create(staff_member=member, day_of_week=day, **hours)
        staff.append(member)
    guest = User.objects.create(username="guest")
    requests = [
        AppointmentRequest(
            date=date.fromisoformat(day),
            start_time=_plus(opens, minute),
            end_time=_plus(opens, minute + salon["services"][service]),
            service=services[service],
            staff_member=staff[member],
        )
        for day, member, service, minute in salon["visits"]
    ]
    made = AppointmentRequest.objects.bulk_create(requests)
    Appointment.objects.bulk_create(Appointment(client=guest, appointment_request=one) for one in made)


def _plus(wall: time, minutes: int) -> time:
    return (datetime.combine(date.min, wall) + timedelta(minutes=minutes)).time()
