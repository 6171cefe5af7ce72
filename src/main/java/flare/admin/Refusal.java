package flare.admin;

/** The JSON of every answer that is no success: one sentence. */
public record Refusal(String error) {}
