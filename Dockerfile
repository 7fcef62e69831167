# docker build -t causeway .
# docker run -v ./data:/data -p 8090:8090 causeway              (docs/docker.md)
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
RUN npm ci
COPY src ./src
RUN npm run build && npm prune --omit=dev

FROM node:24-slim
ENV NODE_ENV=production \
    HEALTH_URL=http://127.0.0.1:8090/live
COPY --from=build /build/node_modules /app/node_modules
COPY --from=build /build/dist /app/dist
COPY package.json config.sample.yaml LICENSE /app/
# A new volume is given to whom its directory belongs to here.
RUN install -d -o node -g node /data
USER node
# Database, journal, pages, keys and configuration: all that is kept is here.
WORKDIR /data
VOLUME /data
EXPOSE 8090 113
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch(process.env.HEALTH_URL).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# The bridge handles SIGTERM itself, and starts no other processes: it may be the first one.
# The predecessor's paths, so that its volumes work as they are.
ENTRYPOINT ["node", "/app/dist/main.js"]
CMD ["-c", "/data/config.yaml", "-f", "/data/appservice-registration-irc.yaml"]
