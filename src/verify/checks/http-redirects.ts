import { type Check, finding, VIRTUAL_IP } from "../context.ts";

export const httpRedirects: Check = {
  id: "http-redirects",
  tier: "loadbalancer",
  title: "HTTP redirects to HTTPS",
  fix: "Run apply: haproxy.cfg redirects. See that nothing else listens on port 80 of the balancers.",
  async run({ ask, site, signal }) {
    const path = "/redirect?kept=1";
    const { status, location } = await ask({ scheme: "http", path, signal });
    const passed = (status === 301 || status === 308) && location === `https://${site.domain}${path}`;
    const actual = `${status} to ${location ?? "nowhere"}`;
    return [finding(VIRTUAL_IP, passed, `301 or 308 to https://${site.domain}${path}`, actual)];
  },
};
