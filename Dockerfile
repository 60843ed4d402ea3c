# The bot in one image: packages exactly as locked, a user without rights, everything it keeps below /data.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/careerbot
WORKDIR /src
COPY requirements-charts.lock .
RUN /opt/careerbot/bin/pip install --require-hashes --no-deps -r requirements-charts.lock
COPY . .
RUN /opt/careerbot/bin/pip install --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git openssh-client \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin careerbot \
    && install -d -o careerbot -g careerbot -m 700 /data
COPY --from=build /opt/careerbot /opt/careerbot
ENV PATH=/opt/careerbot/bin:$PATH CAREERBOT_HOME=/data DATA_DIR=/data PYTHONUNBUFFERED=1
USER careerbot
WORKDIR /data
VOLUME /data
# No HEALTHCHECK: without HTTP_PORT nothing listens in Socket Mode, and `careerbot doctor` asks Slack and the chat model each time,
# which is too much for every half minute. compose.yaml sets the port and asks /readyz.
# In exec form, so that SIGTERM reaches the bot, which then finishes what it is answering.
ENTRYPOINT ["careerbot"]
CMD ["run"]
