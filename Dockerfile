# Builds the controller. The image has no shell, runs as a user without rights, and writes nothing.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TARGETARCH
WORKDIR /source
COPY . .
# ReadyToRun: a third less processor until it answers, and less memory, for 28 MB (docs/install.md). Not trimmed: the checks of options
# are found by reflection, and the trimmed program does not start.
RUN dotnet publish src/Canary.Controller -c Release -o /app \
    -a "${TARGETARCH:-amd64}" --self-contained false -p:PublishReadyToRun=true -p:UseAppHost=false

# No ICU and no time zones: the program is built for the invariant culture, and its times are UTC.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
WORKDIR /app
COPY --from=build /app .
# a read-only root filesystem has no place for diagnostics
ENV DOTNET_EnableDiagnostics=0 DOTNET_gcServer=0
USER $APP_UID
EXPOSE 8080
# no HEALTHCHECK: Kubernetes asks /healthz and /readyz
ENTRYPOINT ["dotnet", "Canary.Controller.dll"]
