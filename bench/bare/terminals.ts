/**
 * A process that watches panes as the server does, and encodes every event. Takes `ping N` on its input and answers
 * `pong N`; prints `shown MARK` when a pane shows one of the form `<mark-N>`. SIGUSR2 prints the letters of all output.
 */
import { createInterface } from 'node:readline';
import { LiveTerminals } from '../../lib/swarms/live-terminals';
import { reachPane, type TestPane } from '../../test/support/test-tmux';

const [socket = '', panesJson = '[]'] = process.argv.slice(2);
const panes = JSON.parse(panesJson) as TestPane[];
const terminals = new LiveTerminals({
  reach: (id) => {
    const pane = panes[Number(id)];
    return pane ? reachPane(pane) : null;
  },
  places: { ancestors: () => [], tmuxServer: () => socket },
  onFault: (error) => console.error(error),
});
let letters = 0;

function watch(id: string): void {
  const cursor = terminals.open(id, 'live', null, () => pull());
  const pull = () => {
    for (let event = cursor.next(); event !== null; event = cursor.next()) {
      const text = JSON.stringify(event);
      letters += text.length;
      for (const [mark] of text.matchAll(/<mark-\d+>/g)) console.log(`shown ${mark}`);
    }
  };
  pull();
}

for (const id of panes.keys()) watch(String(id));
createInterface(process.stdin).on('line', (line) => console.log(line.replace('ping', 'pong')));
process.on('SIGUSR2', () => console.log(`letters ${letters}`));
process.on('SIGTERM', () => {
  void terminals.stop().then(() => process.exit(0));
});
console.log('watching');
