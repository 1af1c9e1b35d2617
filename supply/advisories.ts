/** What `npm audit --json` printed, in words, and whether it is a reason to stop. Pure. */
export function judgeAudit(printed: string): { readonly failed: boolean; readonly message: string } {
  const report = parsed(printed);
  const counts = report?.metadata?.vulnerabilities;
  if (!counts)
    return {
      failed: false,
      message: `nothing was checked: the package registry gives no advisories (${report?.message ?? 'no answer'}). Run it again where the public registry can be reached`,
    };
  const found = Object.values(report.vulnerabilities ?? {});
  if (found.length === 0) return { failed: false, message: 'no known weakness in the packages that ship' };
  return {
    failed: true,
    message: [
      `${found.length} packages that ship have a known weakness:`,
      ...found.map(({ name, severity, range }) => `  ${name} ${range}: ${severity}`),
      'Run `npm audit --omit=dev` for the advisories, then raise the version in package.json',
    ].join('\n'),
  };
}

interface Report {
  readonly message?: string;
  readonly metadata?: { readonly vulnerabilities?: object };
  readonly vulnerabilities?: Readonly<Record<string, { name: string; severity: string; range: string }>>;
}

function parsed(printed: string): Report | undefined {
  try {
    return JSON.parse(printed) as Report;
  } catch {
    return undefined;
  }
}
