package flare.admin.doctor;

import java.nio.file.Path;

/**
 * A directory of this process whose disk matters.
 *
 * @param setting that says the reserve
 * @param reserve share of the disk that is to stay free
 */
public record Place(String name, Path directory, String setting, double reserve) {}
