/** Tests of the dashboards: their form, and every query against a real Prometheus that scraped a real campaign. */
package dev.gupfuzz.dashboards;
