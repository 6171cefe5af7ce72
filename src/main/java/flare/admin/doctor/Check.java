package flare.admin.doctor;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Looks at things of one kind and changes none of them. May fail: what can't be looked at is a finding, too. */
public interface Check {

    /** What kind of thing, as the findings name it. */
    String name();

    CompletionStage<List<Finding>> look();
}
