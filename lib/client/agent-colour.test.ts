import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { agentColour } from './agent-colour';

test('agentColour(): consecutive numbers differ, the same id always has the same colour', () => {
  const eight = Array.from({ length: 8 }, (_, index) => agentColour(`agent-${index}`));
  assert.equal(new Set(eight).size, 8);
  assert.equal(agentColour('agent-9'), agentColour('agent-1'));
  assert.equal(agentColour('reviewer'), agentColour('reviewer'));
  assert.match(agentColour(''), /^text-agent-\d$/);
  assert.match(agentColour(`${'9'.repeat(400)}`), /^text-agent-\d$/);
});

test('colours of agents: at least 4.5:1 as text on every ground of both themes', () => {
  const css = readFileSync(new URL('../../app/globals.css', import.meta.url), 'utf8');
  const pair = (name: string) => {
    const [, light = '', dark = ''] = new RegExp(`--${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(css) ?? [];
    return [light, dark].map((hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)));
  };
  const [paper, tint, accent] = ['paper', 'tint', 'accent'].map(pair);
  for (const theme of [0, 1]) {
    const ground = (colour: number[][] | undefined) => colour?.[theme] as number[];
    // The row that the address points at has a tenth of the accent.
    const chosen = ground(paper).map((part, at) => part * 0.9 + (ground(accent)[at] ?? 0) * 0.1);
    for (let hue = 0; hue < 8; hue++) {
      for (const back of [ground(paper), ground(tint), chosen]) {
        assert.ok(contrast(ground(pair(`agent-${hue}`)), back) >= 4.5, `agent-${hue} in theme ${theme}`);
      }
    }
  }
});

/** The contrast of two colours by WCAG 2. */
function contrast(one: number[], other: number[]): number {
  const luminance = (colour: number[]) => {
    const [red = 0, green = 0, blue = 0] = colour.map((part) => {
      const value = part / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [brighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (brighter + 0.05) / (darker + 0.05);
}
