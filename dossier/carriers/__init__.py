"""Ways to the court's process system 办案系统: a message comes in; a file in a folder, a signed request, or nothing at all goes out."""
