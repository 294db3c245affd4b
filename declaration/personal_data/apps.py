from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PersonalDataConfig(AppConfig):
    name = "declaration.personal_data"
    label = "personal_data"
    verbose_name = "Personal data"

    def ready(self) -> None:
        """Let each room say how long it keeps what, and what of it goes when somebody asks."""
        autodiscover_modules("keeping", "erasing")
