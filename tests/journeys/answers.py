"""What an officer answers, question by question."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Answers:
    """The plainest good commitment; the approver is somebody else unless ``officer_signs``."""

    job_title: str = "Digital lead"
    title: str = "Booking a bulky waste collection online"
    mission: str = "By next summer residents can book and pay for a collection on their phone."
    impact: str = "Residents without a car. We will count calls and ask 20 residents."
    partners: str = ""
    principle: int = 0
    service_area: str = "Waste"
    target_year: int = date.today().year + 1
    approver_name: str = "Chris Chief"
    approver_job_title: str = "Head of paid service"
    approver_email: str = ""
    capacity: str = "Chief executive"
    officer_signs: bool = False
    may_publish_name: bool = True
