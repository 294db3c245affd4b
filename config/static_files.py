"""Where collected static files get their hashed names."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    # Our modules import the bundles beside them: the address inside gets its hash too.
    support_js_module_import_aggregation = True
