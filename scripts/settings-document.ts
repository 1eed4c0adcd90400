/** Writes `docs/settings.md` from the declarations of the settings: `npm run docs`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SETTING_NAMES, settingOf } from '../lib/config/settings';

const HEAD = `# Settings

A flag comes first, then the environment, then the swarm's own \`.claudeswarm.yaml\` or \`.claudeswarm.toml\`
(\`dashboard.port\`, \`dashboard.host\`, \`discovery.stale_threshold\`, \`locking.stale_timeout\`), then the default. The
swarm's file is read again when it is made, changed or removed: new thresholds count within 2 s, another port or host after a
restart. A change that cannot be used raises a notice, and the settings read before stay in force. \`npm start -- --check\`
prints what is in force.

This page is generated from \`lib/config/settings.ts\` by \`npm run docs\`.

| variable | default | meaning |
|---|---|---|
`;

const TAIL = `
\`BASE_PATH\`, a path such as \`/swarm\` to serve under, is [part of the build](deploy.md#under-a-sub-path).
`;

/** @returns the document, Markdown */
export function settingsDocument(): string {
  const rows = SETTING_NAMES.map((name) => {
    const { env, standard, help } = settingOf(name);
    const variables = env.map((variable) => `\`${variable}\``).join(', else ');
    return `| ${variables} | ${standard} | ${help} |\n`;
  });
  return HEAD + rows.join('') + TAIL;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(join(import.meta.dirname, '..', 'docs', 'settings.md'), settingsDocument());
}
