/** Gatehouse's mark, the same drawing as resources/icon.svg: an arch and whoever keeps it. Even sizes are crisp. */
export const Mark = ({ size = 20 }: { readonly size?: number }) => (
  <svg aria-hidden="true" width={size} height={size} viewBox="0 0 32 32" fill="none" className="shrink-0">
    <rect width="32" height="32" rx="7" className="fill-accent-fill" />
    <path d="M6 26V16a10 10 0 0 1 20 0v10h-4V16a6 6 0 0 0-12 0v10z" fill="#fff" />
    <rect x="14" y="15" width="4" height="7" rx="2" fill="#fff" />
  </svg>
);
