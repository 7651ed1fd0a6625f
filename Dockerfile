# Builds the controller. The image has no shell and runs as a user without rights.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Canary.Controller -c Release -o /app -p:UseAppHost=false

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled-extra
WORKDIR /app
COPY --from=build /app .
# a read-only root filesystem has no place for diagnostics
ENV DOTNET_EnableDiagnostics=0 DOTNET_gcServer=0
USER $APP_UID
EXPOSE 8080
ENTRYPOINT ["dotnet", "Canary.Controller.dll"]
