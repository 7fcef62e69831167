# docker build -t causeway . && docker run -v ./data:/data -p 8090:8090 causeway
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
RUN npm ci
COPY src ./src
RUN npm run build && npm prune --omit=dev

FROM node:24-slim
WORKDIR /data
COPY --from=build /build/node_modules /app/node_modules
COPY --from=build /build/dist /app/dist
COPY package.json config.sample.yaml LICENSE /app/
USER node
VOLUME /data
EXPOSE 8090 113
# The predecessor's paths, so that its volumes work as they are.
ENTRYPOINT ["node", "/app/dist/main.js"]
CMD ["-c", "/data/config.yaml", "-f", "/data/appservice-registration-irc.yaml"]
