import { dirname } from 'node:path';

const project = dirname(dirname(dirname(import.meta.dirname)));

/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  agentRules: false,
  outputFileTracingRoot: project,
  turbopack: { root: project },
};
