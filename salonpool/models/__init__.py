"""MEMORY: tables, constraints, relationships. No rules, no commits. Called by queries, usecases and demo."""

from salonpool.models.account import Account, ApiToken, Role, SignIn
from salonpool.models.audit import AuditEntry
from salonpool.models.booking import AskedMove, Booking, BookingItem, Occupancy, Segment
from salonpool.models.customer import Card, Customer, PhoneCode
from salonpool.models.machinery import ClockJob, Counter, DemoClock, IdempotencyKey, Lease
from salonpool.models.message import InboundMessage, Message, OptOut, Provider, Receipt
from salonpool.models.network import Closure, Network, Salon, SalonLink
from salonpool.models.planning import Decision, PlanningInput, PlanningRun, WeightsVersion
from salonpool.models.rota import RotaBreak, RotaPattern
from salonpool.models.service import CatalogueEntry, Service, ServiceSegment, Skill, Station, StylistService
from salonpool.models.shift import Assignment, Offer, Shift
from salonpool.models.stylist import Availability, StandingYes, Stylist, StylistSkill, TimeOff
from salonpool.models.waitlist import WaitlistEntry, WaitlistSalon, WaitlistWindow
from salonpool.models.what_if import WhatIf

__all__ = [
    "Account",
    "ApiToken",
    "AskedMove",
    "Assignment",
    "AuditEntry",
    "Availability",
    "Booking",
    "BookingItem",
    "Card",
    "CatalogueEntry",
    "ClockJob",
    "Closure",
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
    "PhoneCode",
    "PlanningInput",
    "PlanningRun",
    "Provider",
    "Receipt",
    "Role",
    "RotaBreak",
    "RotaPattern",
    "Salon",
    "SalonLink",
    "Segment",
    "Service",
    "ServiceSegment",
    "Shift",
    "SignIn",
    "Skill",
    "StandingYes",
    "Station",
    "Stylist",
    "StylistService",
    "StylistSkill",
    "TimeOff",
    "WaitlistEntry",
    "WaitlistSalon",
    "WaitlistWindow",
    "WeightsVersion",
    "WhatIf",
]
