# syntax=docker/dockerfile:1
# gupfuzz as an image: `docker build -t gupfuzz .`, then `docker run --rm gupfuzz fuzz --kernel v5.9 --scenario fork-vs-pin-fast`.
FROM eclipse-temurin:25-jdk-noble AS build
RUN apt-get update && apt-get install -y --no-install-recommends unzip && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN ./mvnw -q --no-transfer-progress -Dmaven.test.skip=true -pl cli -am package \
    && mkdir -p /opt/gupfuzz && cp -r cli/target/gupfuzz.jar cli/target/lib /opt/gupfuzz/

FROM eclipse-temurin:25-jre-noble
LABEL org.opencontainers.image.title="gupfuzz" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/gupfuzz /opt/gupfuzz
COPY --chmod=0755 <<'LAUNCHER' /usr/local/bin/gupfuzz
#!/bin/sh
# A container asks about itself every few seconds: that JVM should be small and start quickly.
case ${1:-} in
    healthcheck) mode="-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx32m" ;;
    *) mode="-XX:MaxRAMPercentage=70 -XX:+ExitOnOutOfMemoryError" ;;
esac
exec java $mode -XX:-UsePerfData --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED \
    -jar /opt/gupfuzz/gupfuzz.jar "$@"
LAUNCHER
# A new named volume mounted here gets this owner.
RUN mkdir /data && chown 10001:10001 /data
USER 10001:10001
ENV XDG_DATA_HOME=/data
# 8484: coordinator, REST and /metrics. 9484: /metrics of a worker.
EXPOSE 8484 9484
ENTRYPOINT ["gupfuzz"]
CMD ["--help"]
