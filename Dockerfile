# One image for the web server, the workers, the clock and the migrations; compose.yaml says which is which.
# Every RUN keeps to its working directory, so that a test can run the same steps without a container engine.

FROM node:24-bookworm-slim AS frontend
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim-bookworm AS build
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv .venv && .venv/bin/python -m pip install --quiet --require-hashes --requirement requirements.lock
COPY --from=frontend /app/node_modules node_modules/
COPY . .
# DEBUG lets the settings load without secrets; the key it makes under var/ stays behind in this stage.
RUN export DEBUG=true VAR_DIR=var STATIC_ROOT=collected \
    && .venv/bin/python manage.py collect_frontend \
    && .venv/bin/python manage.py collectstatic --no-input --verbosity 0 \
    && .venv/bin/python -m compileall -q config declaration signatories

FROM python:3.11-slim-bookworm
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 STATIC_ROOT=/app/collected
COPY --from=build /app/.venv .venv/
COPY --from=build /app/collected collected/
COPY --from=build /app/static static/
COPY --from=build /app/config config/
COPY --from=build /app/declaration declaration/
COPY --from=build /app/signatories signatories/
COPY --from=build /app/templates templates/
COPY --from=build /app/manage.py manage.py
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=6s --start-period=30s CMD ["python", "-m", "config.healthcheck", "8000"]
CMD ["python", "-m", "gunicorn", "--config", "config/gunicorn.py", "--bind", "0.0.0.0:8000", "config.wsgi"]
