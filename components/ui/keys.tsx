/** Keys as labelled on a keyboard; the registry writes `mod` for Ctrl, or Command on a Mac. */
export function Keys({ keys }: { keys: string }) {
  return keys.split('+').map((key) => (
    <kbd key={key} translate="no" className="kbd">
      {key === 'mod' ? modifier() : key === 'Escape' ? 'Esc' : key.length === 1 ? key.toUpperCase() : key}
    </kbd>
  ));
}

function modifier(): string {
  return /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl';
}
