package flare.admin.doctor;

/** From what is as it should be to what needs somebody now. */
public enum Severity {
    OK,
    /** Works, and is nearer to not working than it should be. */
    WARN,
    /** Does not work, or loses data with the next failure it is there to survive. */
    FAIL
}
