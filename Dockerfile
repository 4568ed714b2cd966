# One image for every service: `docker run belay labeler`, `… trainer --group truth`, `… registry`.
#   mvn -B -Pdist -pl cli -am package -DskipTests && docker build -t belay .
# Maven fills cli/target/dist with the jars; nothing is built or downloaded here.
FROM eclipse-temurin:17-jre
RUN useradd --create-home --uid 10001 belay \
 && install -d -o belay /var/lib/belay /var/lib/belay/checkpoints /var/lib/belay/registry /opt/belay/plugins
COPY cli/target/dist/registry /opt/belay/registry
COPY cli/target/dist/lib /opt/belay/lib
COPY cli/target/dist/app /opt/belay/app
# the registry's class archive: made by the JVM that will use it
RUN java -cp '/opt/belay/app/*:/opt/belay/lib/*' dev.belay.cli.platform.RegistryArchive
USER belay
WORKDIR /var/lib/belay
# health and metrics are for the other containers; loopback is the default elsewhere
ENV OMP_NUM_THREADS=1 \
    BELAY_HEALTH_HOST=0.0.0.0 \
    BELAY_HEALTH_PORT=8080 \
    BELAY_STORE=/var/lib/belay/checkpoints \
    BELAY_CACHE=/var/lib/belay/cache \
    BELAY_STATE=/var/lib/belay/streams \
    BELAY_PLUGINS=/opt/belay/plugins
EXPOSE 8080
VOLUME ["/var/lib/belay/checkpoints", "/var/lib/belay/registry"]
# further JVM options: JAVA_TOOL_OPTIONS
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "--enable-native-access=ALL-UNNAMED", "-Dai.djl.offline=true", \
            "-Dai.djl.pytorch.num_threads=1", "-Dai.djl.pytorch.num_interop_threads=1", \
            "-cp", "/opt/belay/app/*:/opt/belay/lib/*", "dev.belay.cli.Belay"]
CMD ["--help"]
