// Builds the shop of the current folder with esbuild.
import { build } from "esbuild";

await build({
  entryPoints: ["src/main.ts"],
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  minify: true,
  sourcemap: true,
  logLevel: "error",
});
