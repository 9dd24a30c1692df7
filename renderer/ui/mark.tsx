/** Gatehouse's mark, the same drawing as resources/icon.svg: an arch with a raised portcullis. */
export const Mark = ({ size = 20 }: { readonly size?: number }) => (
  <svg aria-hidden="true" width={size} height={size} viewBox="0 0 32 32" fill="none" className="shrink-0">
    <rect width="32" height="32" rx="7.5" className="fill-accent-fill" />
    <path d="M7 26V14.5a9 9 0 0 1 18 0V26h-4V14.5a5 5 0 0 0-10 0V26z" fill="#fff" />
    <rect x="14.75" y="13" width="2.5" height="7" rx="1.25" fill="#fff" />
  </svg>
);
