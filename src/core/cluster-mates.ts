/** Other members of its cluster that a row names: a template page can have a hundred thousand. */
export const matesLimit = 1000;
