/** What the schema fills in of the application. */
export const APP_DEFAULTS = {
  packages: [],
  secrets: [],
  shared: [],
  processes: {},
  jobs: {},
  start_timeout_s: 30,
  drain_timeout_s: 30,
  keep: 5,
};
