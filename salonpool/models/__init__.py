"""MEMORY: tables, constraints, relationships. No rules, no commits. Called by queries, usecases and demo."""

from salonpool.models.account import Account, ApiToken, Role, SignIn
from salonpool.models.audit import AuditEntry
from salonpool.models.booking import Booking, BookingItem, Occupancy, Segment
from salonpool.models.customer import Card, Customer
from salonpool.models.machinery import ClockJob, Counter, DemoClock, IdempotencyKey, Lease
from salonpool.models.message import InboundMessage, Message, OptOut
from salonpool.models.network import Network, Salon
from salonpool.models.planning import Decision, PlanningRun
from salonpool.models.rota import RotaBreak, RotaPattern
from salonpool.models.service import CatalogueEntry, Chair, Service, ServiceSegment, Skill
from salonpool.models.shift import Assignment, Offer, Shift
from salonpool.models.stylist import Availability, StandingYes, Stylist, StylistSkill, TimeOff

__all__ = [
    "Account",
    "ApiToken",
    "Assignment",
    "AuditEntry",
    "Availability",
    "Booking",
    "BookingItem",
    "Card",
    "CatalogueEntry",
    "Chair",
    "ClockJob",
    "Counter",
    "Customer",
    "Decision",
    "DemoClock",
    "IdempotencyKey",
    "InboundMessage",
    "Lease",
    "Message",
    "Network",
    "Occupancy",
    "Offer",
    "OptOut",
    "PlanningRun",
    "Role",
    "RotaBreak",
    "RotaPattern",
    "Salon",
    "Segment",
    "Service",
    "ServiceSegment",
    "Shift",
    "SignIn",
    "Skill",
    "StandingYes",
    "Stylist",
    "StylistSkill",
    "TimeOff",
]
