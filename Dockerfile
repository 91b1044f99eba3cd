FROM node:20-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev
COPY . .
RUN npm run --silent build && npm prune --omit=dev

FROM node:20-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 RELAY_DATA=/data/relay.db LOG_LEVEL=info
WORKDIR /app
COPY --from=build /src/package.json ./
COPY --from=build /src/node_modules ./node_modules
COPY --from=build /src/dist ./dist
COPY --from=build /src/signaling/server/healthy.mjs ./dist/relay/healthy.js
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s CMD ["node", "dist/relay/healthy.js"]
# Nothing but /data is written: docker run --read-only --cap-drop ALL --security-opt no-new-privileges -v relay:/data -p 127.0.0.1:8000:8000
CMD ["node", "dist/relay/main.js"]
