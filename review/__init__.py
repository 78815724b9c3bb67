"""Text and facts to judgement: what each paper is, what is missing, what is due. Pure: no I/O, no clock, no database."""
