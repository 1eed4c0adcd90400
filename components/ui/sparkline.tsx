/** Counts as small bars, oldest at the left; the highest fills the height. */
export function Sparkline({ counts, label }: { counts: readonly number[]; label: string }) {
  const highest = Math.max(1, ...counts);
  const path = counts
    .map((count, index) => {
      const height = count === 0 ? 0.25 : Math.max(1, (count / highest) * 16);
      return `M${index} 16v${-height}h.7v${height}z`;
    })
    .join('');
  return (
    <svg
      viewBox={`0 0 ${Math.max(1, counts.length)} 16`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      className="h-5 w-full text-accent"
    >
      <title>{label}</title>
      <path d={path} fill="currentColor" />
    </svg>
  );
}
