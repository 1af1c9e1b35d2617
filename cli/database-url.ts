const OPTION = '--database-url';

/** What to say where the command line has a password in the URL of a database; the URL itself is never shown. */
export function passwordWarning(args: readonly string[]): string | undefined {
  const at = args.indexOf(OPTION);
  const given = at >= 0 ? args[at + 1] : args.find((arg) => arg.startsWith(`${OPTION}=`))?.slice(OPTION.length + 1);
  if (given === undefined || !URL.canParse(given)) return undefined;
  const { password, searchParams } = new URL(given);
  if (password === '' && !searchParams.has('password')) return undefined;
  return `warning: a password in ${OPTION} can be read by every user of this machine in the list of processes: give the URL in SUPERCARGO_DATABASE_URL, or the password in PGPASSWORD`;
}
