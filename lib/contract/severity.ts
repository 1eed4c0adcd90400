/** The order of severities. Apart from the schemas, which code that only compares does not need. */
import type { AttentionSeverity } from './schemas';

/** The worst first. */
export const SEVERITY_RANK: Readonly<Record<AttentionSeverity, number>> = { critical: 0, warning: 1, notice: 2 };
