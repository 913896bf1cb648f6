// Builds the shop of the current folder with vite: node vite.mjs [RELEASE]
// With a release, the plugin uploads to the server that the variables SENTRY_… name.
import { sentryVitePlugin } from "@sentry/vite-plugin";
import { build } from "vite";

const release = process.argv[2];
const plugin = sentryVitePlugin({
  release: { name: release },
  telemetry: false,
  errorHandler(error) {
    throw error;
  },
});

await build({
  configFile: false,
  logLevel: "error",
  base: "/static/",
  plugins: release ? [plugin] : [],
  build: {
    minify: "esbuild",
    sourcemap: true,
    rollupOptions: { input: "./src/main.ts", output: { entryFileNames: "main.js" } },
  },
});
