// Builds the shop of the current folder with webpack: node webpack.mjs [RELEASE]
// With a release, the plugin uploads to the server that the variables SENTRY_… name.
import { sentryWebpackPlugin } from "@sentry/webpack-plugin";
import webpack from "webpack";

const release = process.argv[2];
const plugin = sentryWebpackPlugin({
  release: { name: release },
  telemetry: false,
  errorHandler(error) {
    throw error;
  },
});

const compiler = webpack({
  mode: "production",
  entry: "./src/main.ts",
  output: { filename: "main.js", publicPath: "/static/" },
  resolve: { extensions: [".ts", ".js"] },
  module: { rules: [{ test: /\.ts$/, loader: "ts-loader", options: { transpileOnly: true } }] },
  devtool: "source-map",
  performance: { hints: false },
  plugins: release ? [plugin] : [],
});
compiler.run((error, stats) => {
  if (error || stats.hasErrors()) {
    throw error ?? new Error(stats.toString("errors-only"));
  }
  compiler.close(() => {});
});
